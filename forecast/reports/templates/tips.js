// What a mark carries as its label is shown beside the pointer.
(() => {
  const tip = document.body.appendChild(document.createElement("div"));
  tip.id = "vg-tooltip-element";
  tip.ariaHidden = "true";
  const hide = () => tip.classList.remove("visible");

  function show(event) {
    const mark = event.target.closest?.(".chart [aria-label]:not(.chart)");
    if (!mark) return hide();
    const table = document.createElement("table");
    for (const part of mark.getAttribute("aria-label").split(" · ")) {
      const at = part.indexOf(": "), row = table.insertRow();
      const key = row.insertCell(), value = row.insertCell();
      key.className = "key";
      if (table.rows.length > 1 && at > 0) {
        key.textContent = part.slice(0, at);
        value.textContent = part.slice(at + 2);
      } else {
        row.deleteCell(1);
        key.colSpan = 2;
        key.className = "head";
        key.textContent = part;
      }
    }
    tip.replaceChildren(table);
    tip.classList.add("visible");
    const box = tip.getBoundingClientRect();
    const left = Math.min(event.clientX + 14, document.documentElement.clientWidth - box.width - 8);
    const below = event.clientY + 16;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${below + box.height > innerHeight ? event.clientY - box.height - 12 : below}px`;
  }
  addEventListener("pointerover", show);
  addEventListener("scroll", hide, { passive: true });
})();
