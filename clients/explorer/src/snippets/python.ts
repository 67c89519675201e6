/** The question as a program that uses the Python client. */
import type { Question } from "timelines-client/web";

import { eventText, isRecord, numberText, said, snake, type Said } from "./names";
import { encrypted, type Where } from "./where";

/** A program that asks a question and prints its median and interval. */
export function pythonOf(question: Question, where: Where): string {
  const given = said(question);
  const own = given.some(([name, value]) => name === "algorithms" && isRecord(value));
  const tls = encrypted(where) ? ["tls=True"] : [];
  const address = where.server === undefined ? [] : [JSON.stringify(where.server)];
  return [
    `from timelines import Client${own ? ", LogNormal" : ""}`,
    "",
    ...(where.token ? ["# The token is read from the variable TIMELINES_TOKEN."] : []),
    `with Client(${[...address, ...tls].join(", ")}) as client:`,
    "    answer = client.when(",
    ...given.map(([name, value]) => `        ${snake(name)}=${valueOf(name, value)},`),
    "    )",
    "print(answer.median, answer.interval(0.8), answer.p_never)",
  ].join("\n");
}

function valueOf(...[name, value]: Said): string {
  if (name === "condition") return JSON.stringify(eventText(value));
  if (name === "algorithms" && isRecord(value)) return logNormal(value);
  return literal(name, value, Array.isArray(value) && name !== "quantiles" && name !== "byYears");
}

function logNormal(prior: Readonly<Record<string, unknown>>): string {
  const { median, sdLn } = prior["logNormal"] as Readonly<Record<string, number>>;
  return `LogNormal(median=${literal("", median)}, sd_ln=${literal("", sdLn)})`;
}

function literal(name: string, value: unknown, tuple = false): string {
  if (typeof value === "number") return Number.isFinite(value) ? numberText(name, value) : `float("${inf(value)}")`;
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) {
    const items = value.map((one: unknown) => literal(name, one)).join(", ");
    return tuple ? `(${items})` : `[${items}]`;
  }
  if (!isRecord(value)) return "None";
  return `{${Object.entries(value)
    .map(([key, one]) => `${JSON.stringify(key)}: ${literal(key, one)}`)
    .join(", ")}}`;
}

function inf(value: number): string {
  return String(value).toLowerCase().replace("infinity", "inf");
}
