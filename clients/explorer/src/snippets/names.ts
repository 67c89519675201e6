/** What the snippets share: keywords by their other names, and texts that a shell takes as they are. */
import type { Question } from "timelines-client/web";

import { numeral } from "../state/notation";

/** A keyword and its value, where one was given. */
export type Said = readonly [keyword: string, value: unknown];

const WHOLE = new Set(["currencyYear", "byYears", "seed", "maxDraws"]);

/** The keywords that a question gives, with days as texts. */
export function said(question: Question): Said[] {
  const given = Object.entries(question as unknown as Readonly<Record<string, unknown>>);
  return given
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, value instanceof Date ? value.toISOString().slice(0, 10) : value]);
}

/** A keyword as Python and the protos write it: `budgetUsd` is `budget_usd`. */
export function snake(keyword: string): string {
  return keyword.replaceAll(/[A-Z]|(?<=[a-z])\d+(?=[A-Z])/g, (begins) => `_${begins.toLowerCase()}`);
}

/** The number of a keyword: whole ones with all their digits. */
export function numberText(keyword: string, value: number): string {
  return WHOLE.has(keyword) ? String(value) : numeral(value);
}

/** One argument of a shell's command. */
export function shell(text: string): string {
  return /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** An event as its text, which every client takes. */
export function eventText(condition: unknown): string {
  if (typeof condition === "string") return condition;
  const { driver, comparison, value, by } = condition as Readonly<Record<string, unknown>>;
  const day = by instanceof Date ? by.toISOString().slice(0, 10) : String(by);
  return `${String(driver)} ${comparison === "at_least" ? ">=" : "<="} ${numeral(Number(value))} by ${day}`;
}

/** Whether a value is an object with names. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
