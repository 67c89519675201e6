/** What stands behind the tiles: why never, what was assumed, the numbers, and what would reproduce them. */
import type { Answer, Quantile } from "timelines-client/web";

import { answerDownloads } from "../downloads/index.js";
import { el, fold, table, unbroken } from "./dom.js";
import { dayWords, month, shortPercent } from "./figures.js";
import { upperFirst } from "./subject.js";
import { explained as term } from "../facts/index.js";
import { horizonWords } from "./words.js";

export function details(answer: Answer): Node[] {
  const parts = [notices(answer), assumed(answer), whyNever(answer), numbers(answer), provenance(answer)];
  return parts.filter((part) => part !== undefined);
}

function notices(answer: Answer): Node | undefined {
  if (answer.notices.length === 0) return undefined;
  return el("ul", { class: "notices" }, ...answer.notices.map((words) => el("li", {}, words)));
}

function assumed(answer: Answer): Node {
  const rows = answer.choices.flatMap(({ name, value, words }) => [
    el("dt", {}, term(name.replaceAll("_", " "), name.replaceAll("_", " "))),
    el("dd", {}, words, el("code", {}, value)),
  ]);
  return fold("What was assumed", el("dl", { class: "facts" }, ...rows));
}

function whyNever(answer: Answer): Node | undefined {
  if (answer.neverReasons.length === 0) return undefined;
  const rows = answer.neverReasons.map(({ reason, probability }) => [upperFirst(reason), shortPercent(probability)]);
  return fold(`Why never (${shortPercent(answer.pNever)})`, table("Why never", ["reason", "probability"], rows));
}

function numbers(answer: Answer): Node {
  const quantiles = answer.quantiles.map((one) => [
    shortPercent(one.probability),
    placeOf(one, answer),
    error(one.mcseYears),
  ]);
  const mass = (name: string, p: number, mcse: number): string[] => [name, exact(p), exact(mcse)];
  const masses = [
    mass("already", answer.pAlready, answer.pAlreadyMcse),
    ...answer.pByYear.map(({ year, probability, mcse }) => mass(`by the end of ${String(year)}`, probability, mcse)),
    mass(`beyond ${horizonWords(answer)}`, answer.pBeyondHorizon, answer.pBeyondHorizonMcse),
    mass("never", answer.pNever, answer.pNeverMcse),
  ];
  return fold(
    "Numbers, with Monte Carlo errors",
    table("Quantiles over all draws", ["probability", "reached by then", "± years"], quantiles),
    table("Probabilities", ["where it lies", "probability", "± probability"], masses),
    answerDownloads(answer),
  );
}

function placeOf({ decimalYear, position }: Quantile, answer: Answer): string {
  if (position === "beyond_horizon") return `beyond ${horizonWords(answer)}`;
  return position === "within_horizon" && decimalYear !== undefined ? month(decimalYear) : position;
}

function error(years: number | undefined): string {
  return years === undefined ? "–" : years.toFixed(2);
}

function exact(probability: number): string {
  return unbroken(`${(100 * probability).toFixed(2)} %`);
}

function provenance(answer: Answer): Node {
  const { posterior, dataCutoff, asOf, seed, draws, codeVersion, dataDigest, hindsightRows } = answer.provenance;
  const hindsight = hindsightRows
    .map(({ table: name, rows }) => `${String(rows)} of ${name.replaceAll("_", " ")}`)
    .join(", ");
  const facts: readonly (readonly [name: string, about: string, said: string])[] = [
    ["posterior", "posterior", posterior],
    ["as of", "as of", dayWords(asOf)],
    ["data cutoff", "data cutoff", dayWords(dataCutoff)],
    ["hindsight rows", "hindsight rows", hindsight || "none"],
    ["draws, seed", "Monte Carlo error", `${draws.toLocaleString("en-US")}, ${String(seed)}`],
    ["program", "", codeVersion],
    ["data", "", dataDigest.slice(0, 16)],
  ];
  const rows = facts.flatMap(([name, about, said]) => [el("dt", {}, term(name, about)), el("dd", {}, said)]);
  return fold(
    "What would reproduce it",
    el("dl", { class: "facts" }, ...rows),
    el("p", { class: "small muted" }, answer.dataNotice),
  );
}
