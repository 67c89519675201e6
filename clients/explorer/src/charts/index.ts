/** The charts of an answer, one under the other, or beside each other where there is room. */
import "./charts.css";

import type { Answer } from "timelines-client/web";

import { el } from "../answer/dom.js";
import { reached } from "../answer/words.js";
import type { Asking, Mount } from "../contract.js";
import { about, type Asked } from "./asking.js";
import { Card } from "./card.js";
import { ARRIVAL, KINDS, type Kind } from "./kinds.js";
import { drawingPart } from "./vega.js";

export const mountCharts: Mount = (root, _store, services) => {
  const cards = KINDS.map((kind, order) => new Card(services, kind, order, order === 0));
  root.replaceChildren(el("div", { class: "chart-grid" }, ...cards.map((card) => card.figure.element)));
  // Fetched while the first answer is worked out; a chart that needs it says it where that fails.
  drawingPart().catch(() => undefined);

  const show = (asking: Asking): void => {
    const answer = asking.kind === "answered" ? asking.now.answer : undefined;
    cards.forEach((card, i) => {
      const kind = KINDS[i];
      card.ask(answer === undefined || kind === undefined ? undefined : chartOf(kind, answer));
      if (asking.kind === "failed") card.figure.rest();
    });
  };
  show(services.asking.current);
  const leave = services.asking.subscribe(show);
  return () => {
    leave();
    for (const card of cards) card.remove();
    root.replaceChildren();
  };
};

/** On the posterior that answered, whichever is current by now; the headline has said what that of arrivals says. */
function chartOf(kind: Kind, answer: Answer): Asked | undefined {
  const { question } = answer.raw;
  if (question === undefined) return undefined;
  return kind === ARRIVAL ? { ...about(kind, question), title: reached(answer) } : about(kind, question);
}
