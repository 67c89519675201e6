/** An answer: the message that the server sent, and what can be read from it. */
import { create, equals, toJson } from "@bufbuild/protobuf";

import { askedQuestion } from "./asked.js";
import { csvOf } from "./csv.js";
import { invalid, ServerError } from "./errors.js";
import { AnswerSchema, type Answer as AnswerMessage, type AnswerJson } from "./gen/timelines/v1/answer_pb.js";
import {
  bindingLimitOf,
  componentOf,
  gateOf,
  provenanceOf,
  quantileOf,
  type BindingLimit,
  type Cdf,
  type Choice,
  type LawComponent,
  type NeverReason,
  type PosteriorGate,
  type Provenance,
  type Quantile,
  type YearProbability,
} from "./parts.js";
import type { Question } from "./question.js";
import { shown } from "./values.js";

/** Shares are sums of rounded parts: one that is this little short of a probability has reached it. */
const ROUNDING = 1e-12;

/**
 * When a target becomes affordable. Years are decimal, and infinite beyond the horizon and for never: a quantile is
 * over all draws, those that never arrive among them.
 */
export class Answer {
  /** The message; leave it as it is. */
  readonly raw: AnswerMessage;

  constructor(raw: AnswerMessage) {
    this.raw = raw;
  }

  /** Decimal year of the median arrival over all draws; infinite where it lies beyond the horizon. */
  get median(): number {
    return this.quantile(0.5);
  }

  /** Decimal year by which the target is reached with a probability above 0 and below 1; infinite beyond the horizon. */
  quantile(probability: number): number {
    if (!(0 < probability && probability < 1)) {
      throw invalid(`probability is ${shown(probability)}; give one above 0 and below 1`, "quantiles");
    }
    const { decimalYear, probability: reached } = this.cdf;
    return decimalYear[firstAtLeast(reached, probability - ROUNDING)] ?? Infinity;
  }

  /** Decimal years of the central interval that holds `mass`; an end beyond the horizon is infinite. */
  interval(mass = 0.8): [low: number, high: number] {
    if (!(0 < mass && mass < 1)) {
      throw invalid(`mass is ${shown(mass)}; give one above 0 and below 1`, "quantiles");
    }
    return [this.quantile((1 - mass) / 2), this.quantile((1 + mass) / 2)];
  }

  /** Probability of arrival by the end of a calendar year from the forecast's start to its horizon. */
  pBy(year: number): number {
    const { decimalYear, probability } = this.cdf;
    const [first, last] = [Math.trunc(decimalYear[0] ?? 0), Math.trunc(decimalYear.at(-1) ?? -1)];
    const found = first <= year && year <= last ? probability[firstAtLeast(decimalYear, year + 1) - 1] : undefined;
    if (found !== undefined) return found;
    throw invalid(`year is ${shown(year)}; the answer runs from ${String(first)} to ${String(last)}`, "by_years");
  }

  /** As settled: every default that moves the answer filled in. It can be asked again as it is. */
  get question(): Question {
    if (this.raw.question === undefined) throw new ServerError("the answer holds no question");
    return askedQuestion(this.raw.question);
  }

  /** At the probabilities asked, ascending. */
  get quantiles(): readonly Quantile[] {
    return this.raw.quantiles.map(quantileOf);
  }

  /** Probability that the target is reached in the first month of the forecast already. */
  get pAlready(): number {
    return this.raw.pAlready ?? 0;
  }

  /** Monte Carlo standard error of `pAlready`. */
  get pAlreadyMcse(): number {
    return this.raw.pAlreadyMcse ?? 0;
  }

  /** Probability that it is reached, but after the horizon. */
  get pBeyondHorizon(): number {
    return this.raw.pBeyondHorizon ?? 0;
  }

  /** Monte Carlo standard error of `pBeyondHorizon`. */
  get pBeyondHorizonMcse(): number {
    return this.raw.pBeyondHorizonMcse ?? 0;
  }

  /** Probability that it is never reached; the same for every horizon. */
  get pNever(): number {
    return this.raw.pNever ?? 0;
  }

  /** Monte Carlo standard error of `pNever`. */
  get pNeverMcse(): number {
    return this.raw.pNeverMcse ?? 0;
  }

  /** Why some draws never arrive; the probabilities sum to `pNever`. */
  get neverReasons(): readonly NeverReason[] {
    return this.raw.neverReasons.map(({ reason, probability = 0 }) => ({ reason, probability }));
  }

  /** By the end of each year asked. */
  get pByYear(): readonly YearProbability[] {
    return this.raw.pByYear.map(({ year, probability = 0, mcse = 0 }) => ({ year, probability, mcse }));
  }

  /** The distribution, monthly up to the horizon. */
  get cdf(): Cdf {
    return this.raw.cdf ?? { decimalYear: [], probability: [] };
  }

  /** What limits do to the answer. */
  get bindingLimits(): readonly BindingLimit[] {
    return this.raw.bindingLimits.map(bindingLimitOf);
  }

  /** What each form of a mixed law would answer alone. */
  get components(): readonly LawComponent[] {
    return this.raw.components.map(componentOf);
  }

  /** The posterior's gates. */
  get posterior(): PosteriorGate {
    return gateOf(this.raw.posterior);
  }

  /** What the answer rests on, in the server's words, the choice that moves it most first. */
  get choices(): readonly Choice[] {
    return this.raw.choices.map(({ name, value, words }) => ({ name, value, words }));
  }

  /** What a reader should know before the answer is used, in words. */
  get notices(): readonly string[] {
    return this.raw.notices;
  }

  /** Licences of the data. */
  get dataNotice(): string {
    return this.raw.dataNotice;
  }

  /** What would reproduce the answer. */
  get provenance(): Provenance {
    return provenanceOf(this.raw.provenance);
  }

  /** Whether two answers say the same in every part. */
  equals(other: Answer): boolean {
    return equals(AnswerSchema, this.raw, other.raw);
  }

  /** The answer as JSON values, by the names of the protos in camelCase; `JSON.stringify` calls it. */
  toJSON(): AnswerJson {
    return toJson(AnswerSchema, this.raw);
  }

  /** One row per point of the distribution, then the three masses outside it. */
  toCsv(): string {
    return csvOf(this);
  }

  toString(): string {
    const [median, low, high, never] = [this.median, ...this.interval(0.8), this.pNever].map((x) => x.toFixed(2));
    return `Answer(median=${String(median)}, interval_80=(${String(low)}, ${String(high)}), pNever=${String(never)})`;
  }
}

/** An answer out of a message; one without any is the server's fault. */
export function answerOf(raw: AnswerMessage | undefined): Answer {
  return new Answer(raw ?? create(AnswerSchema));
}

/** The first place in ascending numbers whose number is not under a bound; their length where there is none. */
function firstAtLeast(ascending: readonly number[], bound: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? Infinity) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
