/** What would have been said on an earlier day, and what happened since. */
import "./asof.css";

import { button, el, freshId } from "../answer/dom.js";
import { problemOf } from "../answer/errors.js";
import { dayWords } from "../answer/figures.js";
import { explained as term } from "../facts/index.js";
import { Answers, keyOf } from "../compare/answers.js";
import { about } from "../charts/asking.js";
import { Card } from "../charts/card.js";
import { HINDSIGHT } from "../charts/kinds.js";
import { watch } from "../charts/near.js";
import type { Mount, Services, Store } from "../contract.js";
import { listDays, onDay, placeOf, type Day } from "./posteriors.js";
import { Strip } from "./strip.js";

const ORDER = 50;
const HOW =
  "A posterior of each day saw nothing that was published later. Move to an earlier one to see what would have been said.";

export const mountAsOf: Mount = (root, store, services) => {
  const part = new AsOf(root, store, services);
  const leave = [
    store.subscribe(() => {
      part.tell();
    }),
    services.asking.subscribe(() => {
      part.tell();
    }),
  ];
  void part.list();
  return () => {
    for (const end of leave) end();
    part.remove();
  };
};

class AsOf {
  readonly #root: HTMLElement;
  readonly #store: Store;
  readonly #services: Services;
  readonly #body = el("div", { class: "as-of-body" });
  readonly #slider = el("input", { type: "range", min: 0, step: 1, class: "days-slider" });
  readonly #day = el("output", { class: "chosen-day" });
  readonly #strip: Strip;
  readonly #card: Card;
  readonly #unwatch: () => void;
  #days: readonly Day[] = [];
  #near = false;
  #filled = "";
  #drawn: string | undefined;

  constructor(root: HTMLElement, store: Store, services: Services) {
    [this.#root, this.#store, this.#services] = [root, store, services];
    this.#strip = new Strip(new Answers(services.client));
    this.#card = new Card(services, HINDSIGHT, ORDER);
    this.#slider.addEventListener("input", () => {
      this.#choose(Number(this.#slider.value));
    });
    root.replaceChildren(
      el("h2", {}, term("As of", "as of"), " an earlier day"),
      el("p", { class: "muted small" }, HOW),
      this.#body,
    );
    const near = (now: boolean): void => {
      this.#near ||= now;
      this.tell();
    };
    this.#unwatch = watch(root, near, () => undefined);
  }

  /** Find out which days there are. */
  async list(): Promise<void> {
    try {
      this.#days = await listDays(this.#services.client);
    } catch (error) {
      const { head, said } = problemOf(error);
      const again = button("Try again", () => void this.list(), { class: "button" });
      this.#body.replaceChildren(el("p", {}, el("strong", {}, head), ` ${said}`), again);
      return;
    }
    if (this.#days.length < 2) {
      this.#body.replaceChildren(el("p", { class: "muted" }, "This server has the posterior of one day only."));
      return;
    }
    this.#body.replaceChildren(this.#control(), this.#strip.element, this.#card.figure.element);
    this.tell();
  }

  /** Bring everything up to the state. */
  tell(): void {
    if (this.#days.length < 2) return;
    const { question } = this.#store.state;
    const place = placeOf(question, this.#days);
    const words = this.#wordsOf(place);
    this.#slider.value = String(place);
    this.#slider.setAttribute("aria-valuetext", words);
    this.#day.textContent = words;
    if (!this.#near || this.#services.asking.current.kind === "loading") return;
    this.#fill(place);
    this.#draw(place);
  }

  remove(): void {
    this.#unwatch();
    this.#card.remove();
    this.#root.replaceChildren();
  }

  #control(): HTMLElement {
    const list = freshId("days");
    const id = freshId("day");
    this.#slider.max = String(this.#days.length - 1);
    this.#slider.id = id;
    this.#slider.setAttribute("list", list);
    const ticks = this.#days.map((day, i) => el("option", { value: i, label: day.asOf.slice(0, 4) }));
    const label = el("label", { for: id }, "Day");
    return el("div", { class: "days-control" }, label, this.#slider, this.#day, el("datalist", { id: list }, ...ticks));
  }

  #wordsOf(place: number): string {
    const day = this.#days[place];
    return day === undefined ? "" : `${dayWords(day.asOf)}${day.current ? " (now)" : ""}`;
  }

  #choose(place: number): void {
    const day = this.#days[place];
    if (day !== undefined) this.#store.change({ question: onDay(this.#store.state.question, day) });
  }

  /** Each day is asked once for each question, whichever of them is chosen. */
  #fill(place: number): void {
    const { question } = this.#store.state;
    const filled = `${String(place)} ${keyOf(onDay(question, { asOf: "", current: true, flagged: false }))}`;
    if (filled === this.#filled) return;
    this.#filled = filled;
    void this.#strip.fill(question, this.#days, place, (chosen) => {
      this.#choose(chosen);
    });
  }

  /** Of the current day nothing has happened since. */
  #draw(place: number): void {
    const asking = this.#services.asking.current;
    const current = this.#days[place]?.current ?? true;
    const question = asking.kind === "answered" && !current ? asking.now.answer.raw.question : undefined;
    this.#card.figure.element.hidden = question === undefined;
    const drawn =
      question === undefined ? undefined : `${question.posterior ?? ""} ${keyOf(this.#store.state.question)}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#card.ask(question === undefined ? undefined : about(HINDSIGHT, question));
  }
}
