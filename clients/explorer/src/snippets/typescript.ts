/** The question as a program that uses the TypeScript client. */
import type { Question } from "timelines-client/web";

import { numeral } from "../state/notation";
import { isRecord, said } from "./names";
import type { Where } from "./where";

/** A program that asks a question and prints its median and interval. */
export function typescriptOf(question: Question, where: Where): string {
  const token = where.token ? ", { token: process.env.TIMELINES_TOKEN }" : "";
  return [
    'import { connect } from "timelines-client/web";',
    "",
    `const client = connect(${JSON.stringify(where.gateway)}${token});`,
    "const answer = await client.when({",
    ...said(question).map(([name, value]) => `  ${name}: ${literal(value)},`),
    "});",
    "console.log(answer.median, answer.interval(0.8), answer.pNever);",
  ].join("\n");
}

function literal(value: unknown): string {
  if (typeof value === "number") return numeral(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const named = Object.entries(value).map(([key, one]) => `${property(key)}: ${literal(one)}`);
  return named.length === 0 ? "{}" : `{ ${named.join(", ")} }`;
}

function property(name: string): string {
  return /^[a-z_]\w*$/i.test(name) && name !== "__proto__" ? name : JSON.stringify(name);
}
