/** The sentence that an answer opens with, and its dates in words; congruent with forecast/engine/words.py. */
import { Criterion } from "timelines-client/v1";
import type { Answer } from "timelines-client/web";

import { lastMonthWords, month, percent, shortPercent } from "./figures.js";
import { forWhom, subjectTo, targetWords } from "./subject.js";

const ROUNDING = 1e-12;

/** The horizon: its year where it ends with the year, else its month. */
export function horizonWords(answer: Answer): string {
  return lastMonthWords(answer.raw.question?.horizon ?? "");
}

/** A quantile in words: a month, `already`, `beyond 2060` or `never`. */
export function endWords(answer: Answer, probability: number): string {
  if (probability <= answer.pAlready + ROUNDING) return "already";
  const year = answer.quantile(probability);
  if (Number.isFinite(year)) return month(year);
  return probability > 1 - answer.pNever + ROUNDING ? "never" : `beyond ${horizonWords(answer)}`;
}

/** What the median says: `already`, `May 2023`, `more likely than not beyond 2060`. */
export function expectation(answer: Answer): string {
  const words = endWords(answer, 0.5);
  return words === "never" || words.startsWith("beyond") ? `more likely than not ${words}` : words;
}

/** The central interval in words: `80 %: June 2022 to May 2024`. */
export function interval(answer: Answer, mass = 0.8): string {
  return `${percent(mass)}: ${both(endWords(answer, (1 - mass) / 2), endWords(answer, (1 + mass) / 2), " to ")}`;
}

/** A quantile in one word: `now`, a calendar year, `beyond` or `never`. */
export function oneWord(answer: Answer, probability = 0.5): string {
  const words = endWords(answer, probability);
  if (words === "already") return "now";
  return words.startsWith("beyond") || words === "never"
    ? (words.split(" ")[0] ?? "")
    : (words.split(" ").at(-1) ?? "");
}

/** The 80 % interval in short: `2042–2054`, `now–2031`, or one word where both ends agree. */
export function span(answer: Answer): string {
  return both(oneWord(answer, 0.1), oneWord(answer, 0.9), "–");
}

function both(low: string, high: string, between: string): string {
  return low === high ? low : `${low}${between}${high}`;
}

/** The answer in one sentence, with what it is subject to. */
export function sentence(answer: Answer): string {
  const question = answer.raw.question;
  if (question === undefined) return `${interval(answer)}.`;
  return `${subjectTo(question, targetWords(question.target))} ${told(answer)} (${interval(answer)}).`;
}

function told(answer: Answer): string {
  const question = answer.raw.question;
  const onTrend = question?.criterion === Criterion.ON_TREND;
  const how = onTrend || question === undefined ? "on trend" : `affordable ${forWhom(question)}`;
  const median = endWords(answer, 0.5);
  if (median === "already") return `is ${how} already, with probability ${percent(answer.pAlready)}`;
  if (median === "never") return `is never ${how}, with probability ${percent(answer.pNever)}`;
  if (median.startsWith("beyond")) {
    const within = percent(answer.cdf.probability.at(-1) ?? 0);
    return `is ${how} by ${horizonWords(answer)} with probability ${within}; later or never is more likely`;
  }
  return `is expected ${onTrend ? how : `to be ${how}`} in ${median}`;
}

/** Where the probability lies, as the title of the chart of arrivals: what the sentence does not say already. */
export function reached(answer: Answer): string {
  const years = answer.pByYear.map(({ year, probability }) => `${shortPercent(probability)} by ${String(year)}`);
  const beyond = `${shortPercent(answer.pBeyondHorizon)} beyond ${horizonWords(answer)}`;
  return `The probability is ${[...years, beyond].join(", ")} and ${shortPercent(answer.pNever)} never`;
}
