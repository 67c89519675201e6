/** Single values for messages: each gives back what the message holds, or an `InvalidQuestionError` with its path. */
import { invalid } from "./errors.js";

export const UINT32 = [0, 2 ** 32 - 1] as const;
export const INT32 = [-(2 ** 31), 2 ** 31 - 1] as const;

const SHOWN = 80;

/** A value for a message to people, cut short. */
export function shown(value: unknown): string {
  const words = written(value);
  return words.length <= SHOWN ? words : `${words.slice(0, SHOWN - 3)}...`;
}

function written(value: unknown): string {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** A number for a message; whether it is sensible, the server says. */
export function number(value: unknown, path: string): number {
  if (typeof value !== "number") throw invalid(`${path} is ${shown(value)}; give a number`, path);
  return value;
}

/** A whole number that the message can hold. */
export function whole(value: unknown, path: string, [low, high]: readonly [number, number]): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < low || value > high) {
    throw invalid(`${path} is ${shown(value)}; give a whole number from ${String(low)} to ${String(high)}`, path);
  }
  return value;
}

/** A text that can be written as UTF-8. */
export function text(value: unknown, path: string): string {
  if (typeof value !== "string" || /\p{Surrogate}/u.test(value)) {
    throw invalid(`${path} is ${shown(value)}; give a text`, path);
  }
  return value;
}

/** Yes or no. */
export function flag(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw invalid(`${path} is ${shown(value)}; give true or false`, path);
  return value;
}

/** A date as `YYYY-MM-DD`; a Date by its day in UTC. */
export function day(value: unknown, path: string): string {
  if (!(value instanceof Date)) return text(value, path);
  if (Number.isNaN(value.getTime())) throw invalid(`${path} is an invalid Date; give YYYY-MM-DD`, path);
  return value.toISOString().slice(0, 10);
}

/** The values of a list, at least one: in a message none would stand for the default. */
export function some(values: unknown, path: string): readonly unknown[] {
  if (!isIterable(values)) throw invalid(`${path} is ${shown(values)}; give a list`, path);
  const listed = [...values];
  if (listed.length === 0) throw invalid(`${path} is empty; name some, or leave it out for the default`, path);
  return listed;
}

/** One of some names. */
export function name<Known extends string>(value: unknown, path: string, known: readonly Known[]): Known {
  const found = known.find((one) => one === value);
  if (found !== undefined) return found;
  const what = (path.split(".").at(-1) ?? path).replaceAll("_", " ");
  throw invalid(`unknown ${what} ${shown(value)}; known: ${[...known].sort().join(", ")}`, path, "UNKNOWN_NAME");
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}
