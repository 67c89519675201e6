/** Names of files, from the words of a question. */
import type { Question } from "timelines-client/web";

import { number } from "../answer/figures.js";

/** Keywords whose values tell questions apart, in the order in which a name has them, and what a name calls each. */
const TELLING: Readonly<Record<string, string>> = {
  loss: "loss",
  reducibleLoss: "reducible-loss",
  bitsPerCharacter: "bits-per-character",
  indistinguishableTokens: "indistinguishable-tokens",
  flop: "flop",
  gpt3: "gpt3",
  brainSeconds: "brain-seconds",
  scale: "",
  budgetUsd: "usd",
  spendUsd: "usd-growing",
  payer: "",
  law: "law",
  algorithms: "algorithms",
  scenario: "",
  asOf: "as-of",
};
const LONGEST = 120;

/** `timelines-flop-2e29-frontier-spend-as-of-2026-11-20`, and after it what the file holds. */
export function fileName(question: Question, part: string, suffix: string): string {
  const asked = question as unknown as Readonly<Record<string, unknown>>;
  const words = Object.entries(TELLING).flatMap(([keyword, said]) => wordsOf(said, asked[keyword]));
  const stem = ["timelines", ...words].join("-").slice(0, LONGEST).replace(/-+$/, "");
  return `${stem}-${part}.${suffix}`;
}

function wordsOf(said: string, value: unknown): string[] {
  if (value === undefined || value === "baseline") return [];
  const words = plain(value);
  return said === "" ? [words] : [said, words];
}

function plain(value: unknown): string {
  const words = typeof value === "number" ? number(value) : typeof value === "string" ? value : "own";
  return words.toLowerCase().replaceAll(/[^a-z0-9.]+/g, "-");
}
