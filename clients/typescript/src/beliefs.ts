/** Distributions of one number and events on a driver, as questions take them, and their messages. */
import { create, fromJson, toJson, type DescMessage, type JsonValue, type MessageShape } from "@bufbuild/protobuf";

import { invalid } from "./errors.js";
import {
  Comparison,
  ConditionDriver,
  ConditionSchema,
  DistributionSchema,
  type Condition as ConditionMessage,
  type Distribution as DistributionMessage,
  type DistributionJson,
} from "./gen/timelines/v1/question_pb.js";
import { day, name, number, shown, text } from "./values.js";
import { wordOf } from "./words.js";

/** A 90 % interval, the lower end first. */
export type Interval = readonly [low: number, high: number];

/**
 * What is believed of one number: a number that is known; a 90 % interval as a pair or as `9.84 to 290`, log-normal
 * where it lies above 0; or a distribution, such as `{ normal: { mean: 0.3, sd: 0.1 } }`.
 */
export type Belief = number | string | Interval | DistributionJson;

export const CONDITION_DRIVERS = ["frontier_compute", "price", "algorithms", "spend"] as const;
export const COMPARISONS = ["at_least", "at_most"] as const;

/** An event on a driver. */
export interface Condition {
  /** What is looked at. */
  readonly driver: (typeof CONDITION_DRIVERS)[number];
  /** On which side of the value it lies. */
  readonly comparison: (typeof COMPARISONS)[number];
  /** FLOP, 2023 US dollars per FLOP, a multiplier since the as-of date, or 2023 US dollars; no logarithm. */
  readonly value: number;
  /** In whose month, YYYY-MM-DD. */
  readonly by: Date | string;
}

const NUMBER = String.raw`-?[\d.]+(?:e[+-]?\d+)?`;
const PAIR = new RegExp(String.raw`^\s*(${NUMBER})\s*(?:to|\.\.)\s*(${NUMBER})\s*$`, "i");
const EVENT = /^\s*(\w+)\s*(>=|<=)\s*([0-9.eE+-]+)\s+by\s+(\d{4}-\d{2}-\d{2})\s*$/;

/** The 95 % point of the standard normal distribution. */
const Z95 = 1.6448536269514715;

/** The message of a distribution, in whatever form it is given. */
export function beliefMessage(said: unknown, path: string): DistributionMessage {
  if (typeof said === "string") return ofText(said, path);
  if (isPair(said)) return interval(number(said[0], path), number(said[1], path), path);
  if (isRecord(said)) return ofJson(said, path);
  return create(DistributionSchema, { distribution: { case: "point", value: number(said, path) } });
}

/** The distribution of a message, as questions take it; none where it holds none. */
export function askedBelief(message: DistributionMessage | undefined): DistributionJson | undefined {
  return message?.distribution.case === undefined ? undefined : toJson(DistributionSchema, message);
}

/** Median and spread of the log-normal whose 5 % and 95 % points are given. */
export function logNormalOf([low, high]: Interval, path: string): { median: number; sdLn: number } {
  if (!(0 < low && low < high && high < Infinity)) {
    throw invalid(`algorithms is ${shown([low, high])}; give a 90 % interval in months, 0 < low < high`, path);
  }
  return { median: Math.sqrt(low * high), sdLn: Math.log(high / low) / (2 * Z95) };
}

/** The message of an event: as it is, or out of its text, such as `frontier_compute >= 1e28 by 2028-12-31`. */
export function conditionMessage(said: Condition | string, path: string): ConditionMessage {
  const event = typeof said === "string" ? conditionOf(said, path) : said;
  const driver = name(event.driver, `${path}.driver`, CONDITION_DRIVERS);
  const comparison = name(event.comparison, `${path}.comparison`, COMPARISONS);
  return create(ConditionSchema, {
    driver: ConditionDriver[driver.toUpperCase() as keyof typeof ConditionDriver],
    comparison: Comparison[comparison.toUpperCase() as keyof typeof Comparison],
    value: number(event.value, `${path}.value`),
    by: day(event.by, `${path}.by`),
  });
}

/** The event of a message. */
export function askedCondition(message: ConditionMessage): Condition {
  return {
    driver: wordOf(ConditionDriver, message.driver) as Condition["driver"],
    comparison: wordOf(Comparison, message.comparison) as Condition["comparison"],
    value: message.value,
    by: message.by,
  };
}

/** A message out of its JSON. */
export function jsonMessage<Desc extends DescMessage>(desc: Desc, said: unknown, path: string): MessageShape<Desc> {
  try {
    return fromJson(desc, said as JsonValue);
  } catch (wrong) {
    const what = (wrong instanceof Error ? wrong.message : String(wrong)).replaceAll(/\s+/g, " ").slice(0, 200);
    throw invalid(`${path} is no JSON of a ${desc.name}: ${what}`, path);
  }
}

/** Whether a value is an object with names, and no list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** Whether a value is a list of two. */
export function isPair(value: unknown): value is readonly [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}

function conditionOf(said: string, path: string): Condition {
  const [, driver, sign, value, by] = EVENT.exec(said) ?? [];
  if (driver === undefined || value === undefined || by === undefined || Number.isNaN(Number(value))) {
    const what = "write `DRIVER >= VALUE by YYYY-MM-DD`, or give a Condition";
    throw invalid(`condition is ${shown(said)}; ${what}`, path);
  }
  const comparison = sign === ">=" ? "at_least" : "at_most";
  return { driver: driver as Condition["driver"], comparison, value: Number(value), by };
}

function ofText(said: string, path: string): DistributionMessage {
  const [, low, high] = PAIR.exec(said) ?? [];
  if (low !== undefined && high !== undefined) return interval(Number(low), Number(high), path);
  const known = said.trim() === "" ? NaN : Number(said);
  if (!Number.isNaN(known)) return create(DistributionSchema, { distribution: { case: "point", value: known } });
  const what = "give a 90 % interval such as `9.84 to 290`, or a distribution";
  throw invalid(`${path} is ${shown(text(said, path))}; ${what}`, path);
}

function ofJson(said: Readonly<Record<string, unknown>>, path: string): DistributionMessage {
  const message = jsonMessage(DistributionSchema, said, path);
  if (message.distribution.case !== undefined) return message;
  throw invalid(`${path} is ${shown(said)}; give one distribution`, path);
}

function interval(low: number, high: number, path: string): DistributionMessage {
  if (!(low < high)) {
    throw invalid(`${path} is ${shown(low)} to ${shown(high)}; give a 90 % interval, the lower end first`, path);
  }
  return create(DistributionSchema, { distribution: { case: "interval90", value: { low, high, log: low > 0 } } });
}
