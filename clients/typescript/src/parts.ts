/** The parts of an answer as plain objects; what a message leaves out is undefined. */
import {
  Limit,
  Position,
  PosteriorStatus,
  type BindingLimit as BindingLimitMessage,
  type LawComponent as LawComponentMessage,
  type Nowcast as NowcastMessage,
  type PosteriorGate as PosteriorGateMessage,
  type Provenance as ProvenanceMessage,
  type Quantile as QuantileMessage,
} from "./gen/timelines/v1/answer_pb.js";
import { wordOf } from "./words.js";

/** Where an outcome lies; only the first two have a date. */
export type PositionName = "already" | "within_horizon" | "beyond_horizon" | "never";

/** The date by which the target is reached with a probability. */
export interface Quantile {
  /** Share of draws that have arrived by then. */
  readonly probability: number;
  readonly position: PositionName;
  /** Mid-month of arrival. */
  readonly decimalYear: number | undefined;
  /** The same as `YYYY-MM-DD`. */
  readonly date: string | undefined;
  /** Monte Carlo standard error of `decimalYear`, years. */
  readonly mcseYears: number | undefined;
}

/** Why some draws never arrive, in words. */
export interface NeverReason {
  readonly reason: string;
  readonly probability: number;
}

/** Probability of arrival by the end of a calendar year, with its Monte Carlo standard error. */
export interface YearProbability {
  readonly year: number;
  readonly probability: number;
  readonly mcse: number;
}

/** Probability of arrival by each month of the horizon. */
export interface Cdf {
  /** Mid-months, ascending. */
  readonly decimalYear: readonly number[];
  /** Share of the draws that have arrived by then; the first is `pAlready`. */
  readonly probability: readonly number[];
}

/** What one limit, or one change of the question, does to an answer. */
export interface BindingLimit {
  /** Such as money or power. */
  readonly limit: string;
  /** Share of the draws that arrive within the horizon for which it was the last obstacle (a change: that it moves). */
  readonly shareOfArrivals: number;
  /** Share of all draws in which it is the tightest at the horizon (a change: that it moves). */
  readonly shareAtHorizon: number;
  /** Decimal year of the median without it; only if `limitEffects` was asked, and not beyond the horizon. */
  readonly medianWithout: number | undefined;
  /** By how many years it puts the median off; only if asked, and where both medians are within the horizon. */
  readonly yearsMoved: number | undefined;
  /** Probability of arrival by the horizon without it; only if asked. */
  readonly pByHorizonWithout: number | undefined;
}

/** One form of a mixed law: its name, its share of the draws, and its own answer. */
export interface LawComponent {
  readonly name: string;
  readonly weight: number;
  readonly quantiles: readonly Quantile[];
  readonly pAlready: number;
  readonly pBeyondHorizon: number;
  readonly pNever: number;
}

/** What a posterior says of runs already known. */
export interface Nowcast {
  /** Decimal years of the runs looked at. */
  readonly windowStart: number;
  readonly windowEnd: number;
  /** Disclosed frontier runs in the window. */
  readonly rows: number;
  /** Share of them inside their 80 % predictive interval. */
  readonly inside80: number;
  /** Probability to reach the largest run known at the window's end from the largest known at its start. */
  readonly reach: number;
}

/** The posterior behind an answer, and what its gates said. */
export interface PosteriorGate {
  readonly name: string;
  readonly status: "PASSED" | "FLAGGED" | "REFUSED";
  /** Why it is not PASSED. */
  readonly reasons: readonly string[];
  readonly nowcast: Nowcast | undefined;
}

/** A choice that the answer rests on: its name, its value and what it means, in words. */
export interface Choice {
  readonly name: string;
  readonly value: string;
  readonly words: string;
}

/** What would reproduce an answer. */
export interface Provenance {
  readonly posterior: string;
  /** SHA-256 of the tables that it was fitted on. */
  readonly dataDigest: string;
  /** Start of the forecast, YYYY-MM-DD. */
  readonly asOf: string;
  /** Last day of its data, YYYY-MM-DD. */
  readonly dataCutoff: string;
  /** Rows by table whose value of that time is not on record, so that today's was used, widened. */
  readonly hindsightRows: readonly { readonly table: string; readonly rows: number }[];
  readonly seed: number;
  readonly draws: number;
  readonly codeVersion: string;
  /** SHA-256 of everything in the question that moves the arrivals. */
  readonly scenarioHash: string;
}

export function quantileOf(raw: QuantileMessage): Quantile {
  const { probability = 0, decimalYear, date, mcseYears } = raw;
  return { probability, position: wordOf(Position, raw.position) as PositionName, decimalYear, date, mcseYears };
}

export function bindingLimitOf(raw: BindingLimitMessage): BindingLimit {
  const { shareOfArrivals = 0, shareAtHorizon = 0, medianWithout, yearsMoved, pByHorizonWithout } = raw;
  const limit = wordOf(Limit, raw.limit);
  return { limit, shareOfArrivals, shareAtHorizon, medianWithout, yearsMoved, pByHorizonWithout };
}

export function componentOf(raw: LawComponentMessage): LawComponent {
  const { name, weight = 0, pAlready = 0, pBeyondHorizon = 0, pNever = 0 } = raw;
  return { name, weight, quantiles: raw.quantiles.map(quantileOf), pAlready, pBeyondHorizon, pNever };
}

function nowcastOf(raw: NowcastMessage): Nowcast {
  const { windowStart, windowEnd, rows, inside80 = 0, reach = 0 } = raw;
  return { windowStart, windowEnd, rows, inside80, reach };
}

export function gateOf(raw: PosteriorGateMessage | undefined): PosteriorGate {
  const status = wordOf(PosteriorStatus, raw?.status ?? 0).toUpperCase() as PosteriorGate["status"];
  return {
    name: raw?.name ?? "",
    status,
    reasons: raw?.reasons ?? [],
    nowcast: raw?.nowcast && nowcastOf(raw.nowcast),
  };
}

export function provenanceOf(raw: ProvenanceMessage | undefined): Provenance {
  return {
    posterior: raw?.posterior ?? "",
    dataDigest: raw?.dataDigest ?? "",
    asOf: raw?.asOf ?? "",
    dataCutoff: raw?.dataCutoff ?? "",
    hindsightRows: (raw?.hindsightRows ?? []).map(({ table, rows }) => ({ table, rows })),
    seed: raw?.seed ?? 0,
    draws: raw?.draws ?? 0,
    codeVersion: raw?.codeVersion ?? "",
    scenarioHash: raw?.scenarioHash ?? "",
  };
}
