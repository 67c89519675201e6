/** The same question as a program, ready to be copied. */
import type { Mount } from "../contract";
import { element, newId } from "../form/dom";
import { token } from "../state/token";
import { copyButton } from "./copy";
import "./snippets.css";
import { LANGUAGES } from "./texts";
import { whereOf } from "./where";

/** The snippets take their place. */
export const mountSnippets: Mount = (root, store, { asking }) => {
  const code = element("code");
  const panel = element("div", { role: "tabpanel", id: newId("program") }, element("pre", { tabindex: "0" }, code));
  const tabs = new Tabs(panel, write);
  const copy = copyButton("Copy", () => code.textContent);
  const bar = element("div", { class: "bar" }, tabs.element, copy);
  root.replaceChildren(element("h2", {}, "The same question as a program"), bar, panel);
  function write(): void {
    const language = LANGUAGES[tabs.chosen];
    const where = whereOf(location.origin, token() !== undefined);
    const text = language?.text(store.state.question, where) ?? "";
    if (code.textContent !== text) code.textContent = text;
  }
  // An answer may be the first with a token, which the programs need then as well.
  const stops = [store.subscribe(write), asking.subscribe(write)];
  write();
  return () => {
    for (const stop of stops) stop();
    root.replaceChildren();
  };
};

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };
const ENDS: Readonly<Record<string, number>> = { Home: 0, End: -1 };

/** A tab for each language: arrows go from one to the next, as the pattern of tabs has it. */
class Tabs {
  readonly element: HTMLElement;
  readonly #tabs: readonly HTMLButtonElement[];
  readonly #panel: HTMLElement;
  readonly #tell: () => void;
  chosen = 0;

  constructor(panel: HTMLElement, tell: () => void) {
    this.#panel = panel;
    this.#tell = tell;
    this.#tabs = LANGUAGES.map(({ words }, i) => this.#tab(words, i));
    this.element = element("div", { role: "tablist", class: "tabs", "aria-label": "Language" }, ...this.#tabs);
    this.element.addEventListener("keydown", (event) => {
      this.#key(event);
    });
    this.#mark();
  }

  #tab(words: string, i: number): HTMLButtonElement {
    const tab = element(
      "button",
      { type: "button", role: "tab", id: newId("tab"), "aria-controls": this.#panel.id },
      words,
    );
    tab.addEventListener("click", () => {
      this.#choose(i);
    });
    return tab;
  }

  #key(event: KeyboardEvent): void {
    const count = this.#tabs.length;
    const step = STEPS[event.key];
    const next = step === undefined ? ENDS[event.key] : this.chosen + step;
    if (next === undefined) return;
    event.preventDefault();
    this.#choose((next + count) % count);
    this.#tabs[this.chosen]?.focus();
  }

  #choose(i: number): void {
    this.chosen = i;
    this.#mark();
    this.#tell();
  }

  #mark(): void {
    this.#tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === this.chosen));
      tab.tabIndex = i === this.chosen ? 0 : -1;
    });
    this.#panel.setAttribute("aria-labelledby", this.#tabs[this.chosen]?.id ?? "");
  }
}
