/** Answers set aside, beside the one that is asked now: a table, their curves, and what explains that they differ. */
import "./compare.css";

import { questionMessage, type Answer } from "timelines-client/web";

import { button, el } from "../answer/dom.js";
import { Card } from "../charts/card.js";
import { OVERLAY } from "../charts/kinds.js";
import type { Mount, Pin, Services, State, Store } from "../contract.js";
import { Answers, keyOf } from "./answers.js";
import { Difference } from "./difference.js";
import { isPinned, presentName } from "./naming.js";
import { pinned, pinTable } from "./pins.js";

/** With the one that is asked now six curves stand in one picture. */
const MOST_PINS = 5;
const ORDER = 100;
const HOW = "Pin this answer, then change the question: both stand beside each other, and the link carries them.";
const ALIKE = "Change the question: the table, the curves and what explains the difference come here.";

export const mountCompare: Mount = (root, store, services) => {
  const part = new Compare(root, store, services);
  const leave = [
    store.subscribe(() => {
      part.tell();
    }),
    services.asking.subscribe(() => {
      part.tell();
    }),
  ];
  part.tell();
  return () => {
    for (const end of leave) end();
    part.remove();
  };
};

class Compare {
  readonly #root: HTMLElement;
  readonly #store: Store;
  readonly #services: Services;
  readonly #answers: Answers;
  readonly #pin: HTMLButtonElement;
  readonly #clear: HTMLButtonElement;
  readonly #head = el("h2", {}, "Compare");
  readonly #said = el("p", { class: "muted small" });
  readonly #table = el("div");
  readonly #overlay: Card;
  readonly #difference: Difference;
  #shown = "";
  #overlaid = "";

  constructor(root: HTMLElement, store: Store, services: Services) {
    [this.#root, this.#store, this.#services] = [root, store, services];
    this.#answers = new Answers(services.client);
    this.#pin = button(
      "Pin this answer",
      () => {
        store.change({ pins: pinned(store.state.question, store.state.pins) });
      },
      { class: "button" },
    );
    this.#clear = button(
      "Clear all",
      () => {
        store.change({ pins: [] });
        this.#pin.focus();
      },
      { class: "button quiet" },
    );
    this.#overlay = new Card(services, OVERLAY, ORDER);
    this.#overlay.figure.element.hidden = true;
    this.#difference = new Difference(services);
    const acts = el("div", { class: "row" }, this.#pin, this.#clear, this.#said);
    const parts = [this.#table, this.#overlay.figure.element, this.#difference.element];
    root.replaceChildren(this.#head, acts, ...parts);
  }

  /** Bring everything up to the state and to the answer that there is. */
  tell(): void {
    const { state } = this.#store;
    const now = this.#now(state);
    const alike = isPinned(state.question, state.pins);
    this.#pin.disabled = alike || state.pins.length >= MOST_PINS;
    this.#clear.hidden = state.pins.length === 0;
    this.#head.classList.toggle("hidden-visually", state.pins.length === 0);
    this.#said.textContent = state.pins.length === 0 ? HOW : alike && state.pins.length === 1 ? ALIKE : pinsLeft(state);
    this.#tellTable(state, now);
    // While the question is still changing, what is drawn of it would be out of date before it is seen.
    if (now !== undefined) this.#tellCharts(state, alike);
  }

  remove(): void {
    this.#overlay.remove();
    this.#difference.remove();
    this.#root.replaceChildren();
  }

  /** The answer of the question that the state has, if it is there. */
  #now({ question }: State): Answer | undefined {
    const asking = this.#services.asking.current;
    if (asking.kind !== "answered") return undefined;
    return keyOf(asking.now.question) === keyOf(question) ? asking.now.answer : undefined;
  }

  #tellTable(state: State, now: Answer | undefined): void {
    const shown = JSON.stringify([keyOf(state.question), state.pins, now?.provenance.posterior]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const focus = labelOfFocus(this.#table);
    const table = pinTable(this.#store, this.#answers, presentName(state.question, state.pins), now);
    this.#table.replaceChildren(...(state.pins.length === 0 ? [] : [table]));
    if (focus !== undefined) refocus(this.#table, focus, this.#pin);
  }

  #tellCharts(state: State, alike: boolean): void {
    const present = { name: presentName(state.question, state.pins), question: state.question };
    const all: readonly Pin[] = alike ? state.pins : [...state.pins, present];
    const enough = all.length > 1;
    this.#overlay.figure.element.hidden = !enough;
    this.#difference.offer(enough ? all : []);
    const overlaid = JSON.stringify(all.map(({ name, question }) => [name, keyOf(question)]));
    if (overlaid === this.#overlaid) return;
    this.#overlaid = overlaid;
    const questions = all.map(({ name, question }) => ({ name, question: questionMessage(question) }));
    this.#overlay.ask(enough ? { kind: OVERLAY, questions } : undefined);
  }
}

function pinsLeft({ pins }: State): string {
  const left = MOST_PINS - pins.length;
  return left === 0
    ? "Five pins are the most; remove one to set another aside."
    : `${String(left)} more can be pinned.`;
}

function labelOfFocus(part: HTMLElement): string | undefined {
  const { activeElement } = document;
  return part.contains(activeElement) ? (activeElement?.getAttribute("aria-label") ?? undefined) : undefined;
}

/** The focus goes back to where it was, or to what is always there. */
function refocus(part: HTMLElement, label: string, otherwise: HTMLElement): void {
  const found = [...part.querySelectorAll<HTMLElement>("[aria-label]")].find((one) => one.ariaLabel === label);
  (found ?? otherwise).focus();
}
