/** What would have been said on each of the days. */
import type { Answer, Question } from "timelines-client/web";

import { button, el } from "../answer/dom.js";
import { problemOf } from "../answer/errors.js";
import { dayWords, shortPercent } from "../answer/figures.js";
import { endWords, span } from "../answer/words.js";
import type { Answers } from "../compare/answers.js";
import { explained } from "../facts/index.js";
import { onDay, type Day } from "./posteriors.js";

const HEADS = ["as of", "median", "80 % interval", "beyond", "never"];

/** A row for each day, oldest first; a click asks it. */
export class Strip {
  readonly element: HTMLElement;
  readonly #body = el("tbody");
  readonly #answers: Answers;
  #turn = 0;

  constructor(answers: Answers) {
    this.#answers = answers;
    const head = HEADS.map((words, i) =>
      el("th", { scope: "col", class: i === 0 ? undefined : "number" }, explained(words)),
    );
    const caption = el("caption", { class: "hidden-visually" }, "What would have been said as of each day");
    this.element = el(
      "div",
      { class: "scroll" },
      el("table", { class: "days" }, caption, el("thead", {}, el("tr", {}, ...head)), this.#body),
    );
  }

  /** Fill the rows, one day after the other; a later call ends an earlier one. */
  async fill(question: Question, days: readonly Day[], chosen: number, choose: (place: number) => void): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const focus = [...this.#body.querySelectorAll("button")].findIndex((one) => one === document.activeElement);
    const rows = days.map((day, i) =>
      dayRow(day, i === chosen, () => {
        choose(i);
      }),
    );
    this.#body.replaceChildren(...rows);
    rows[focus]?.querySelector("button")?.focus();
    for (const [i, day] of days.entries()) {
      const said = await this.#answers.ask(onDay(question, day)).then(told, refused);
      if (turn !== this.#turn) return;
      rows[i]?.replaceChildren(rows[i].cells[0] ?? "", ...said);
    }
  }
}

function dayRow(day: Day, chosen: boolean, act: () => void): HTMLTableRowElement {
  const words = `${dayWords(day.asOf)}${day.current ? " (now)" : ""}${day.flagged ? ", flagged" : ""}`;
  const name = button(words, act, { class: "link", "aria-pressed": String(chosen) });
  const waiting = ["…", "…", "…", "…"].map((one) => el("td", { class: "number" }, one));
  return el("tr", { class: chosen ? "chosen" : undefined }, el("th", { scope: "row" }, name), ...waiting);
}

function told(answer: Answer): HTMLElement[] {
  const words = [endWords(answer, 0.5), span(answer), shortPercent(answer.pBeyondHorizon), shortPercent(answer.pNever)];
  return words.map((one) => el("td", { class: "number" }, one));
}

function refused(error: unknown): HTMLElement[] {
  return [el("td", { colspan: 4, class: "muted" }, problemOf(error).said)];
}
