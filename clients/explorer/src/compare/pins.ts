/** The table of the pins and of what is asked now: rename, swap, remove. */
import type { Answer, Question } from "timelines-client/web";

import { button, el, unbroken } from "../answer/dom.js";
import { problemOf } from "../answer/errors.js";
import { shortPercent } from "../answer/figures.js";
import { endWords, span } from "../answer/words.js";
import type { Pin, Store } from "../contract.js";
import { explained } from "../facts/index.js";
import type { Answers } from "./answers.js";
import { nameOf, unlike } from "./naming.js";

const HEADS = ["question", "median", "80 % interval", "beyond", "never"];

/** One row for what is asked now, then one for each pin; the focus stays where it was. */
export function pinTable(store: Store, answers: Answers, present: string, now: Answer | undefined): HTMLElement {
  const { pins } = store.state;
  const head = HEADS.map((words, i) =>
    el("th", { scope: "col", class: i === 0 ? undefined : "number" }, explained(words)),
  );
  const first = el("tr", { class: "present" }, el("th", { scope: "row" }, `Now: ${present}`), ...cells(now), el("td"));
  const rows = pins.map((pin, place) => pinRow(store, answers, pin, place));
  return el(
    "div",
    { class: "scroll" },
    el(
      "table",
      { class: "pins" },
      el("caption", { class: "hidden-visually" }, "Pinned answers"),
      el(
        "thead",
        {},
        el("tr", {}, ...head, el("th", { scope: "col" }, el("span", { class: "hidden-visually" }, "acts"))),
      ),
      el("tbody", {}, first, ...rows),
    ),
  );
}

function pinRow(store: Store, answers: Answers, pin: Pin, place: number): HTMLTableRowElement {
  const row = el("tr", {}, el("th", { scope: "row" }, nameField(store, pin, place)));
  const acts = el(
    "td",
    { class: "acts" },
    button(
      "Swap",
      () => {
        swap(store, place);
      },
      { class: "link", "aria-label": `Swap: ask ${pin.name} now, and pin what is asked now` },
    ),
    button(
      "Remove",
      () => {
        store.change({ pins: store.state.pins.filter((_, i) => i !== place) });
      },
      { class: "link", "aria-label": `Remove ${pin.name}` },
    ),
  );
  row.append(...cells(undefined), acts);
  answers.ask(pin.question).then(
    (answer) => {
      row.replaceChildren(row.cells[0] ?? "", ...cells(answer), acts);
    },
    (error: unknown) => {
      row.replaceChildren(row.cells[0] ?? "", el("td", { colspan: 4 }, problemOf(error).said), acts);
    },
  );
  return row;
}

function nameField(store: Store, pin: Pin, place: number): HTMLInputElement {
  const label = `Name of pin ${String(place + 1)}`;
  const field = el("input", {
    class: "pin-name",
    value: pin.name,
    "aria-label": label,
    maxlength: 60,
    autocomplete: "off",
  });
  field.addEventListener("change", () => {
    rename(store, place, field.value);
  });
  return field;
}

function cells(answer: Answer | undefined): HTMLElement[] {
  const words =
    answer === undefined
      ? ["…", "…", "…", "…"]
      : [endWords(answer, 0.5), span(answer), shortPercent(answer.pBeyondHorizon), shortPercent(answer.pNever)];
  return words.map((one) => el("td", { class: "number" }, unbroken(one)));
}

/** Another name for a pin; an empty one gives it back the name that it had by itself. */
export function rename(store: Store, place: number, wanted: string): void {
  const { pins } = store.state;
  const taken = pins.filter((_, i) => i !== place).map(({ name }) => name);
  const next = pins.map((pin, i) =>
    i === place ? { ...pin, name: unlike(wanted.trim() || nameOf(pin.question, undefined, []), taken) } : pin,
  );
  store.change({ pins: next });
}

/** What is asked now takes the place of a pin, and the pin is asked. */
export function swap(store: Store, place: number): void {
  const { pins, question } = store.state;
  const pin = pins[place];
  if (pin === undefined) return;
  const taken = pins.filter((_, i) => i !== place).map(({ name }) => name);
  const set = { name: nameOf(question, pin.question, taken), question };
  store.change({ question: pin.question, pins: pins.map((one, i) => (i === place ? set : one)) });
}

/** Set what is asked now aside. */
export function pinned(question: Question, pins: readonly Pin[]): readonly Pin[] {
  const taken = pins.map(({ name }) => name);
  return [...pins, { name: nameOf(question, pins[0]?.question, taken), question }];
}
