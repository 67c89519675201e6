/** A chart as the page holds it: its finding, what is drawn, the curves that can be hidden, and files of it. */
import type { ChartCurve, DrawChartResponse } from "timelines-client/v1";

import { button, el, freshId, unbroken } from "../answer/dom.js";
import { asSentence, type Problem } from "../answer/errors.js";

/** The elements of one chart; `card.ts` says what stands in them. */
export class Figure {
  readonly element: HTMLElement;
  /** Where the picture goes. */
  readonly holder: HTMLElement;
  /** Below the picture. */
  readonly under: HTMLElement;
  readonly #title: HTMLElement;
  readonly #subtitle: HTMLElement;
  readonly #curves: HTMLFieldSetElement;
  readonly #note: HTMLElement;

  constructor(slug: string, name: string) {
    const titleId = freshId(`${slug}-title`);
    this.#title = el("h3", { id: titleId }, name);
    this.#subtitle = el("p", {});
    this.#curves = el("fieldset", { class: "curves", hidden: true });
    this.#note = el("div", { class: "note", hidden: true });
    this.holder = el("div", { class: "chart", role: "img", tabindex: 0, "aria-label": name });
    this.under = el("div", { class: "under" });
    const caption = el("figcaption", {}, this.#title, this.#subtitle);
    const parts = [caption, this.#curves, this.holder, this.#note, this.under];
    this.element = el(
      "figure",
      { id: `chart-${slug}`, class: "chart-figure empty", "aria-labelledby": titleId },
      ...parts,
    );
  }

  /** Names of the curves that the reader has hidden. */
  get hidden(): ReadonlySet<string> {
    const boxes = [...this.#curves.querySelectorAll("input")].filter((box) => !box.checked);
    return new Set(boxes.map((box) => box.value));
  }

  /** What is shown answers another question, or nothing is shown yet. */
  wait(): void {
    this.element.setAttribute("aria-busy", "true");
    this.element.classList.add("stale");
  }

  /** Nothing is on its way any more: what is shown stays, greyed. */
  rest(): void {
    this.element.setAttribute("aria-busy", "false");
  }

  /** Words and curves of a chart; the picture is drawn already, or there is none. */
  tell(chart: DrawChartResponse, title = chart.title): void {
    const absent = chart.absent !== "";
    this.#settle(absent);
    this.holder.setAttribute("aria-label", unbroken(chart.description));
    if (!absent) {
      this.#title.textContent = unbroken(title);
      this.#subtitle.textContent = unbroken(chart.subtitle);
    }
    this.#tellCurves(absent ? [] : chart.curves);
    this.#note.replaceChildren(...(absent ? [el("p", { class: "muted" }, asSentence(chart.absent))] : []));
    this.#note.hidden = !absent;
  }

  /** Why there is no picture, though there should be. */
  fail({ head, said, again }: Problem, retry: () => void): void {
    this.#settle(true);
    this.#tellCurves([]);
    const words = el("p", {}, el("strong", {}, head), ` ${said}`);
    this.#note.replaceChildren(words, ...(again ? [button("Try again", retry, { class: "button" })] : []));
    this.#note.hidden = false;
  }

  #settle(empty: boolean): void {
    this.element.setAttribute("aria-busy", "false");
    this.element.classList.remove("stale", "empty");
    this.element.classList.toggle("absent", empty);
    this.holder.hidden = empty;
    this.under.hidden = empty;
  }

  #tellCurves(curves: readonly ChartCurve[]): void {
    const { hidden } = this;
    this.#curves.hidden = curves.length < 2;
    this.#curves.replaceChildren(
      el("legend", {}, "Curves shown"),
      ...curves.map(({ name, colour }, i) => curveBox(name, colour, i, !hidden.has(name))),
    );
  }
}

/** Its place among the curves names the marks that the style sheet hides. */
function curveBox(name: string, colour: string, place: number, shown: boolean): HTMLLabelElement {
  const box = el("input", { type: "checkbox", autocomplete: "off", "data-curve": place, value: name, checked: shown });
  const label = el("label", {}, box, name);
  label.style.setProperty("--own", `var(--${colour})`);
  return label;
}
