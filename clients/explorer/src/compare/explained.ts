/** What explains the difference between two answers, in words and numbers. */
import { ExplainMeasure, ForecastService, type ExplainResponse } from "timelines-client/v1";
import { questionMessage } from "timelines-client/web";

import { el, table } from "../answer/dom.js";
import { problemOf } from "../answer/errors.js";
import { month, percent } from "../answer/figures.js";
import { upperFirst } from "../answer/subject.js";
import type { Pin, Services } from "../contract.js";

const DEADLINE_MS = 60_000;

/** Ask, and write it into an element. */
export async function explainInto(
  holder: HTMLElement,
  services: Services,
  [before, after]: readonly [Pin, Pin],
  signal: AbortSignal,
): Promise<void> {
  const request = { before: questionMessage(before.question), after: questionMessage(after.question) };
  try {
    const { explain } = ForecastService.method;
    const said = await services.client.call(explain, request, { signal, deadlineMs: DEADLINE_MS });
    if (!signal.aborted) holder.replaceChildren(...told(said, before.name, after.name));
  } catch (error) {
    if (signal.aborted) return;
    const problem = problemOf(error);
    holder.replaceChildren(el("p", {}, el("strong", {}, problem.head), ` ${problem.said}`));
  }
}

function told(said: ExplainResponse, before: string, after: string): Node[] {
  const { valueBefore = 0, valueAfter = 0 } = said;
  const years = said.measure === ExplainMeasure.MEDIAN;
  const value = years ? month : percent;
  const what = years ? "The median" : `The probability by the end of ${String(said.year ?? "")}`;
  const lead = `${what} goes from ${value(valueBefore)} (${before}) to ${value(valueAfter)} (${after}).`;
  if (said.parts.length === 0) return [el("p", {}, `${lead} Nothing tells the two questions apart.`)];
  const rows = said.parts.map(({ words, change = 0 }) => [upperFirst(words), changed(change, years)]);
  const whole = ["In all", changed(valueAfter - valueBefore, years)];
  return [el("p", {}, lead), table("What explains the difference", ["what differs", "its part"], [...rows, whole])];
}

/** `+3.2 years`, `−12 points`. */
export function changed(change: number, years: boolean): string {
  const size = years ? Math.abs(change).toFixed(1) : (100 * Math.abs(change)).toFixed(1);
  const sign = Number(size) === 0 ? "" : change > 0 ? "+" : "−";
  return `${sign}${size} ${years ? "years" : "points"}`;
}
