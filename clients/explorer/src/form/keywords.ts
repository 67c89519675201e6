/** The keywords of a question, whichever target it has. */
import type { Question } from "timelines-client/web";

type KeysOf<Union> = Union extends unknown ? keyof Union : never;
type ValueOf<Union, Key extends PropertyKey> =
  Union extends Partial<Readonly<Record<Key, infer Value>>> ? Value : never;

/** One of its keywords. */
export type Keyword = KeysOf<Question>;

/** Some of them, as the parts of the form give them. */
export type Keywords = { readonly [K in Keyword]?: ValueOf<Question, K> | undefined };

/** What was given of them. */
export function given(keywords: Keywords): Keywords {
  return Object.fromEntries(Object.entries(keywords).filter(([, value]) => value !== undefined));
}

export const LOSSES = ["loss", "reducibleLoss", "bitsPerCharacter", "indistinguishableTokens"] as const;
export const RUNS = ["flop", "gpt3", "brainSeconds"] as const;
export const TARGETS = [...LOSSES, ...RUNS] as const;

/** What is to become affordable. */
export type TargetKind = (typeof TARGETS)[number];

/** The target that keywords name; none where a scenario says it. */
export function targetOf(keywords: Keywords): TargetKind | undefined {
  return TARGETS.find((kind) => keywords[kind] !== undefined);
}

/** Whether a target is a loss on a scale. */
export function isLoss(kind: TargetKind | undefined): boolean {
  return LOSSES.some((one) => one === kind);
}
