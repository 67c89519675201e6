/** The answer in numbers: tiles, and what stands behind them. */
import type { Answer } from "timelines-client/web";

import type { Asking, Mount } from "../contract.js";
import { details } from "./details.js";
import { el } from "./dom.js";
import { shortPercent } from "./figures.js";
import { mark } from "./headline.js";
import { explained as term } from "../facts/index.js";
import { expectation, horizonWords, oneWord, span } from "./words.js";

export const mountTiles: Mount = (root, _store, services) => {
  const tiles = el("dl", { class: "tiles" });
  const behind = el("div", { class: "behind" });
  root.classList.add("numbers");
  root.replaceChildren(tiles, behind);
  tiles.replaceChildren(...EMPTY.map((name) => tile({ name, about: name, said: "–", note: "\u00a0" })));

  const show = (asking: Asking): void => {
    mark(root, asking.kind);
    if (asking.kind !== "answered") return;
    const { answer } = asking.now;
    tiles.replaceChildren(...tilesOf(answer).map(tile));
    const open = openFolds(behind);
    behind.replaceChildren(...details(answer));
    for (const fold of behind.querySelectorAll("details")) fold.open = open.has(headOf(fold));
  };
  show(services.asking.current);
  const leave = services.asking.subscribe(show);
  return () => {
    leave();
    root.replaceChildren();
  };
};

/** Before the first answer the tiles keep their places. */
const EMPTY = ["median", "80 % interval", "by 2030", "by 2035", "by 2040", "by 2050", "beyond", "never"];

interface Tile {
  readonly name: string;
  /** The term of the glossary that tells what it is. */
  readonly about: string;
  readonly said: string;
  readonly note: string;
}

/** Median, interval, probabilities by year, beyond and never. */
export function tilesOf(answer: Answer): Tile[] {
  const years = answer.pByYear.map(({ year, probability, mcse }) => ({
    name: `by ${String(year)}`,
    about: "within the horizon",
    said: shortPercent(probability),
    note: within(mcse, probability),
  }));
  const beyond = {
    name: `beyond ${horizonWords(answer)}`,
    about: "beyond the horizon",
    said: shortPercent(answer.pBeyondHorizon),
  };
  return [
    { name: "median", about: "median", said: oneWord(answer), note: medianNote(answer) },
    { name: "80 % interval", about: "80 % interval", said: span(answer), note: "over all draws" },
    ...years,
    { ...beyond, note: within(answer.pBeyondHorizonMcse, answer.pBeyondHorizon) },
    {
      name: "never",
      about: "never",
      said: shortPercent(answer.pNever),
      note: within(answer.pNeverMcse, answer.pNever),
    },
  ];
}

function medianNote(answer: Answer): string {
  const middle = answer.quantiles.find(({ probability }) => probability === 0.5);
  if (middle?.mcseYears !== undefined) return `${expectation(answer)}, ± ${years(middle.mcseYears)}`;
  return expectation(answer);
}

function years(error: number): string {
  return error < 0.05 ? "under 0.1 years" : `${error.toFixed(1)} years`;
}

/** A Monte Carlo error, in points of a percent. */
function within(mcse: number, probability: number): string {
  if (mcse === 0) return probability < 0.5 ? "in no draw" : "in every draw";
  const points = 100 * mcse;
  return `± ${points < 0.1 ? "under 0.1" : points.toFixed(1)} points`;
}

function tile({ name, about, said, note }: Tile): HTMLElement {
  const wide = name === "median" || name.startsWith("80");
  return el(
    "div",
    { class: wide ? "wide-tile" : undefined },
    el("dt", {}, term(name, about)),
    el("dd", {}, said),
    el("dd", { class: "note" }, note),
  );
}

function openFolds(behind: HTMLElement): Set<string> {
  const open = [...behind.querySelectorAll("details")].filter((fold) => fold.open);
  return new Set(open.map(headOf));
}

function headOf(fold: HTMLDetailsElement): string {
  return fold.querySelector("summary")?.textContent ?? "";
}
