/** A word that explains itself: a button whose tip says what the glossary means by it. */
import { explain } from "./glossary";
import "./tip.css";

const GAP_PX = 6;
const EDGE_PX = 8;

let shown: { readonly word: HTMLElement; readonly tip: HTMLElement } | undefined;
let count = 0;

/** The words as a button that tells what the term means, on hover, focus, touch; as they are where no term is known. */
export function explained(words: string, term: string = words): HTMLElement {
  const found = explain(term);
  const word = document.createElement(found === undefined ? "span" : "button");
  word.textContent = words;
  if (found === undefined) return word;
  word.setAttribute("type", "button");
  word.className = "term";
  return tipped(word, [found.means, `Misread: ${found.misread}`]);
}

/** An element with a tip of some paragraphs, for the pointer, the keyboard and a finger; Escape puts it away. */
export function tipped<Word extends HTMLElement>(word: Word, paragraphs: readonly string[]): Word {
  const open = (): void => {
    show(word, paragraphs);
  };
  word.addEventListener("pointerenter", open);
  word.addEventListener("focus", open);
  word.addEventListener("click", open);
  word.addEventListener("pointerleave", (event) => {
    if (!(event.relatedTarget instanceof Node && shown?.tip.contains(event.relatedTarget))) leave(word);
  });
  word.addEventListener("blur", () => {
    hide();
  });
  return word;
}

/** Puts the tip away that is shown, if any. */
export function hide(): void {
  if (shown === undefined) return;
  shown.word.removeAttribute("aria-describedby");
  shown.tip.remove();
  shown = undefined;
  document.removeEventListener("keydown", escaped, true);
}

function leave(word: HTMLElement): void {
  if (document.activeElement !== word) hide();
}

function show(word: HTMLElement, paragraphs: readonly string[]): void {
  if (shown?.word === word) return;
  hide();
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.role = "tooltip";
  tip.id = `tip-${String((count += 1))}`;
  tip.append(...paragraphs.map(paragraph));
  tip.addEventListener("pointerleave", () => {
    leave(word);
  });
  document.body.append(tip);
  word.setAttribute("aria-describedby", tip.id);
  shown = { word, tip };
  place(word, tip);
  document.addEventListener("keydown", escaped, true);
}

function paragraph(words: string): HTMLElement {
  const made = document.createElement("p");
  made.textContent = words;
  return made;
}

/** Under the word, or over it where there is no room; never past the window's edges. */
function place(word: HTMLElement, tip: HTMLElement): void {
  const at = word.getBoundingClientRect();
  const { width, height } = tip.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const under = at.bottom + GAP_PX + height <= clientHeight || at.top < height + GAP_PX;
  const left = Math.max(EDGE_PX, Math.min(at.left, clientWidth - width - EDGE_PX));
  tip.style.left = `${String(left + window.scrollX)}px`;
  tip.style.top = `${String((under ? at.bottom + GAP_PX : at.top - height - GAP_PX) + window.scrollY)}px`;
}

function escaped(event: KeyboardEvent): void {
  if (event.key !== "Escape") return;
  event.stopPropagation();
  hide();
}
