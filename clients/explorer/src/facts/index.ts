/** What the page explains, as the package says it (`python -m tools.explorer_facts`). */
import type { Question, QuestionOptions } from "timelines-client/web";

import told from "./facts.json";

export { explain, type Term } from "./glossary";
export { explained, tipped } from "./tip";

/** An input of a limit, with its prior in words. */
export interface Input {
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  readonly prior: string;
  readonly source: string;
  readonly publishedOn: string;
}

/** A limit of one run, or what changes the question. */
export interface Limit {
  readonly name: string;
  readonly words: string;
  readonly means: string;
  /** On in the baseline, and caps a run; the others change the question, and are off. */
  readonly physical: boolean;
  readonly inputs: readonly Input[];
}

/** A published claim that a built-in scenario asks again. */
export interface Claim {
  readonly id: string;
  readonly scenario: string;
  readonly about: string;
  readonly source: string;
  readonly publishedOn: string;
  /** Its target, in words. */
  readonly words: string;
  readonly target: Question;
  readonly payer: QuestionOptions;
}

export const UNITS: { readonly gpt3Flop: number; readonly flopPerPetaflopSDay: number } = told.units;
export const CLAIMS = told.claims as unknown as readonly Claim[];
export const LIMITS: readonly Limit[] = told.limits;
export const PRICE_BASES: Readonly<Record<string, string>> = told.priceBases;
export const COST_SCOPES: Readonly<Record<string, string>> = told.costScopes;

const FIELDS: Readonly<Record<string, string>> = told.fields;

/** What a field of the protos is, with its unit and bounds: `Target.training_flop`. */
export function field(name: string): string {
  return FIELDS[name] ?? "";
}
