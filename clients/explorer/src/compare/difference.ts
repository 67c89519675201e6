/** A pair among the pins and what is asked now, and what explains that their answers differ. */
import { questionMessage } from "timelines-client/web";

import { el, freshId } from "../answer/dom.js";
import { Card } from "../charts/card.js";
import { deskOf } from "../charts/desk.js";
import { DIFFERENCE } from "../charts/kinds.js";
import type { Pin, Services } from "../contract.js";
import { keyOf } from "./answers.js";
import { explainInto } from "./explained.js";

const ORDER = 101;

export class Difference {
  readonly element: HTMLElement;
  readonly #services: Services;
  readonly #card: Card;
  readonly #words: HTMLElement;
  readonly #before = el("select");
  readonly #after = el("select");
  #pins: readonly Pin[] = [];
  #shown = "";

  constructor(services: Services) {
    this.#services = services;
    this.#card = new Card(services, DIFFERENCE, ORDER);
    this.#words = el("div", { class: "explained", "aria-live": "polite" });
    for (const select of [this.#before, this.#after]) {
      select.addEventListener("change", () => {
        this.#ask();
      });
    }
    const pair = el("p", { class: "pair" }, ...labelled("From", this.#before), ...labelled("to", this.#after));
    this.element = el(
      "div",
      { class: "compared-pair", hidden: true },
      el("h3", {}, DIFFERENCE.name),
      pair,
      this.#words,
      this.#card.figure.element,
    );
  }

  /** What can be chosen among: what is asked now is the last. */
  offer(pins: readonly Pin[]): void {
    this.#pins = pins;
    this.element.hidden = pins.length < 2;
    choose(this.#before, pins, 0);
    choose(this.#after, pins, pins.length - 1);
    if (pins.length >= 2) this.#ask();
    else this.#forget();
  }

  remove(): void {
    this.#forget();
    this.#card.remove();
  }

  #forget(): void {
    this.#shown = "";
    deskOf(this.#services).drop("explain");
    this.#card.ask(undefined);
  }

  #ask(): void {
    const before = this.#pins[this.#before.selectedIndex];
    const after = this.#pins[this.#after.selectedIndex];
    if (before === undefined || after === undefined) return;
    if (before === after) {
      this.#forget();
      this.#words.replaceChildren(el("p", { class: "muted" }, "Choose two that differ."));
      return;
    }
    const shown = [before, after].map(({ name, question }) => `${name} ${keyOf(question)}`).join(" | ");
    if (shown === this.#shown) return;
    this.#shown = shown;
    const questions = [before, after].map(({ name, question }) => ({ name, question: questionMessage(question) }));
    this.#card.ask({ kind: DIFFERENCE, questions });
    const pair = [before, after] as const;
    deskOf(this.#services).put("explain", ORDER - 1, (signal) =>
      explainInto(this.#words, this.#services, pair, signal),
    );
  }
}

function labelled(words: string, select: HTMLSelectElement): Node[] {
  const id = freshId("pair");
  select.id = id;
  return [el("label", { for: id }, words), select];
}

/** The names to choose from; what was chosen stays chosen where it is still there. */
function choose(select: HTMLSelectElement, pins: readonly Pin[], otherwise: number): void {
  const { selectedIndex, value } = select;
  const last = selectedIndex >= 0 && selectedIndex === select.options.length - 1;
  select.replaceChildren(...pins.map(({ name }) => el("option", { value: name }, name)));
  const kept = pins.findIndex(({ name }) => name === value);
  select.selectedIndex = last && otherwise > 0 ? otherwise : kept < 0 ? otherwise : kept;
}
