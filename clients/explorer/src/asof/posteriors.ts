/** The posteriors that the server has, one for each day that they are as of. */
import { PosteriorService, PosteriorStatus, type Posterior } from "timelines-client/v1";
import type { Client, Question } from "timelines-client/web";

/** A day whose posterior can be asked. */
export interface Day {
  /** YYYY-MM-DD. */
  readonly asOf: string;
  /** Whether questions that name no day are answered by it. */
  readonly current: boolean;
  readonly flagged: boolean;
}

const PAGE = 1000;

/** The days, oldest first; the current posterior's is the last that is offered. */
export async function listDays(client: Client): Promise<Day[]> {
  const { posteriors } = await client.call(PosteriorService.method.listPosteriors, { pageSize: PAGE });
  return daysOf(posteriors);
}

export function daysOf(posteriors: readonly Posterior[]): Day[] {
  const usable = posteriors.filter(({ status, current }) => current || status !== PosteriorStatus.REFUSED);
  const byDay = new Map<string, Day>();
  for (const { asOf, current, status } of usable) {
    if (byDay.get(asOf)?.current === true) continue;
    if (current || !byDay.has(asOf)) byDay.set(asOf, { asOf, current, flagged: status !== PosteriorStatus.PASSED });
  }
  return [...byDay.values()].sort((a, b) => (a.asOf < b.asOf ? -1 : 1));
}

/** The question as of a day; the current posterior needs none named. */
export function onDay(question: Question, day: Day): Question {
  return { ...question, asOf: day.current ? undefined : day.asOf, posterior: undefined };
}

/** Which of the days a question is asked on; the current one where it names none, or one that is not there. */
export function placeOf({ asOf }: Question, days: readonly Day[]): number {
  const day = asOf instanceof Date ? asOf.toISOString().slice(0, 10) : asOf;
  const found = days.findIndex((one) => (day === undefined ? one.current : one.asOf === day));
  return found < 0 ? days.findIndex((one) => one.current) : found;
}
