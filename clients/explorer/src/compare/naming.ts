/** What questions are called: by what tells them apart. */
import type { Question } from "timelines-client/web";

import { money, number } from "../answer/figures.js";
import type { Pin } from "../contract.js";
import { keyOf } from "./answers.js";

type Asked = Readonly<Record<string, unknown>>;

const LONGEST = 48;
const TARGETS: Readonly<Record<string, (value: number) => string>> = {
  loss: (value) => `loss ${String(value)}`,
  reducibleLoss: (value) => `loss ${String(value)} above the floor`,
  bitsPerCharacter: (value) => `${String(value)} bits per character`,
  indistinguishableTokens: (value) => `${number(value)} tokens undetected`,
  flop: (value) => `${number(value)} FLOP`,
  gpt3: (value) => `${number(value)} × GPT-3`,
  brainSeconds: (value) => `a brain over ${number(value)} s`,
};
const CHOICES: Readonly<Record<string, (value: unknown) => string>> = {
  budgetUsd: (value) => (typeof value === "number" ? money(value) : ""),
  spendUsd: (value) => (typeof value === "number" ? `growing from ${money(value)}` : ""),
  payer: (value) => (value === "unlimited" ? "money no limit" : "frontier spend"),
  algorithms: (value) => (value === "off" ? "no algorithmic progress" : `algorithms ${short(value)}`),
  price: (value) => `${short(value)} price`,
  scenario: (value) => (typeof value === "string" ? value : "own scenario"),
  criterion: short,
  costScope: short,
  law: (value) => `law ${short(value)}`,
  condition: (value) => (typeof value === "string" ? `if ${value}` : "under a condition"),
  asOf: (value) => `as of ${short(value)}`,
  horizon: (value) => `to ${short(value)}`,
};

/** A question's name: what it has otherwise than another, or what it asks where there is no other. */
export function nameOf(question: Question, beside: Question | undefined, taken: readonly string[]): string {
  const asked = question as unknown as Asked;
  const other = beside === undefined ? {} : (beside as unknown as Asked);
  const keywords = new Set([
    ...Object.keys(TARGETS),
    ...Object.keys(CHOICES),
    ...Object.keys(asked),
    ...Object.keys(other),
  ]);
  const told = [...keywords].filter((word) => !same(asked[word], other[word])).map((word) => worded(word, asked[word]));
  const said = told
    .filter((words) => words !== "")
    .slice(0, beside === undefined ? 2 : 3)
    .join(", ");
  return unlike((said || "the same question").slice(0, LONGEST).trim(), taken);
}

/** What the question that is asked now is called beside the pins. */
export function presentName(question: Question, pins: readonly Pin[]): string {
  const taken = pins.map(({ name }) => name);
  return nameOf(question, pins[0]?.question, taken);
}

/** A name that no other has. */
export function unlike(name: string, taken: readonly string[]): string {
  let made = name;
  for (let count = 2; taken.includes(made); count += 1) made = `${name} (${String(count)})`;
  return made;
}

/** Whether a question stands among the pins already. */
export function isPinned(question: Question, pins: readonly Pin[]): boolean {
  const key = keyOf(question);
  return pins.some((pin) => keyOf(pin.question) === key);
}

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function worded(keyword: string, value: unknown): string {
  const target = TARGETS[keyword];
  if (target !== undefined) return typeof value === "number" ? target(value) : "";
  if (value === undefined) return DROPPED[keyword] ?? "";
  const choice = CHOICES[keyword];
  if (choice !== undefined) return choice(value);
  return QUIET.has(keyword)
    ? ""
    : `${keyword.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${short(value)}`;
}

/** What a question without a keyword has, where the other one has it. */
const DROPPED: Readonly<Record<string, string>> = {
  scenario: "baseline",
  algorithms: "algorithms by default",
  asOf: "as of now",
  condition: "unconditional",
  price: "realised price",
  payer: "frontier spend",
};
/** Keywords that move no answer. */
const QUIET = new Set(["quantiles", "byYears", "limitEffects", "scale"]);

function short(value: unknown): string {
  if (typeof value === "string") return value.replaceAll("_", " ");
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return typeof value === "number" ? number(value) : JSON.stringify(value);
}
