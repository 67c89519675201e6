// One tip for every chart: a still mark carries what it tells, a live chart hands it over. Escape puts it away.
const tip = document.body.appendChild(document.createElement("div"));
tip.id = "tip";
tip.ariaHidden = "true"; // the label of the figure, and the numbers behind it, tell all of it
const hideTip = () => tip.classList.remove("visible");

function tell(event, rows) {
  const table = document.createElement("table");
  for (const [name, said] of rows) {
    const row = table.insertRow(), key = row.insertCell();
    key.textContent = name;
    key.className = said === undefined ? "head" : "key";
    if (said === undefined) key.colSpan = 2;
    else row.insertCell().textContent = said;
  }
  tip.replaceChildren(table);
  tip.classList.add("visible");
  const box = tip.getBoundingClientRect();
  const left = Math.min(event.clientX + 14, document.documentElement.clientWidth - box.width - 8);
  const below = event.clientY + 16;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${Math.max(8, below + box.height > innerHeight ? event.clientY - box.height - 12 : below)}px`;
}

function told(words) {
  return words.split(" · ").map((part, i) => {
    const at = part.indexOf(": ");
    return i > 0 && at > 0 ? [part.slice(0, at), part.slice(at + 2)] : [part];
  });
}

const telling = (event) => {
  const mark = event.target.closest?.(".chart [data-tip]");
  if (mark) tell(event, told(mark.dataset.tip));
  else if (!event.target.closest?.(".chart .interactive")) hideTip();
};
addEventListener("pointerover", telling);
addEventListener("pointerdown", telling);
addEventListener("scroll", hideTip, { passive: true });
addEventListener("keydown", (event) => event.key === "Escape" && hideTip());
