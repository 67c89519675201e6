/** One tip for all charts, beside the pointer; Escape puts it away. */
import { el, unbroken } from "./dom.js";

/** A row of a tip: a heading alone, or a name and what it is. */
export type TipRow = readonly [name: string, said?: string];

/** Where the pointer is. */
export interface Place {
  readonly clientX: number;
  readonly clientY: number;
}

let tip: HTMLElement | undefined;

export function showTip(place: Place, rows: readonly TipRow[]): void {
  const shown = theTip();
  const table = el("table");
  for (const [name, said] of rows) {
    const row = table.insertRow();
    const key = row.insertCell();
    key.textContent = unbroken(name);
    key.className = said === undefined ? "head" : "key";
    if (said === undefined) key.colSpan = 2;
    else row.insertCell().textContent = unbroken(said);
  }
  shown.replaceChildren(table);
  put(shown, place);
}

export function hideTip(): void {
  tip?.classList.remove("visible");
}

/** A vega tip in one line (`title: words · title: words`), as rows. */
export function rowsOf(words: string): TipRow[] {
  return words.split(" · ").map((part, i): TipRow => {
    const at = part.indexOf(": ");
    return i > 0 && at > 0 ? [part.slice(0, at), part.slice(at + 2)] : [part];
  });
}

function theTip(): HTMLElement {
  if (tip?.isConnected === true) return tip;
  // Hidden from screen readers: what has a tip has its words as a label or a description too.
  tip = document.body.appendChild(el("div", { id: "tip", "aria-hidden": "true" }));
  addEventListener("scroll", hideTip, { passive: true });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") hideTip();
  });
  return tip;
}

function put(shown: HTMLElement, place: Place): void {
  shown.classList.add("visible");
  const box = shown.getBoundingClientRect();
  const left = Math.min(place.clientX + 14, document.documentElement.clientWidth - box.width - 8);
  const below = place.clientY + 16;
  shown.style.left = `${String(Math.max(8, left))}px`;
  const top = below + box.height > innerHeight ? place.clientY - box.height - 12 : below;
  shown.style.top = `${String(Math.max(8, top))}px`;
}
