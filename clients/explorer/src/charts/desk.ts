/** Charts are asked for one at a time, those that matter most first; what is no longer wanted is ended. */
import type { Services } from "../contract.js";

/** Draws one chart; it says its own errors. */
export type Job = (signal: AbortSignal) => Promise<void>;

interface Waiting {
  readonly order: number;
  readonly job: Job;
}

export class Desk {
  readonly #waiting = new Map<string, Waiting>();
  #now: { readonly key: string; readonly controller: AbortController } | undefined;

  /** Do a job when its turn comes, lowest order first; one of the same key takes the place of the one before. */
  put(key: string, order: number, job: Job): void {
    this.drop(key);
    this.#waiting.set(key, { order, job });
    this.#next();
  }

  /** A job is no longer wanted. */
  drop(key: string): void {
    this.#waiting.delete(key);
    if (this.#now?.key === key) this.#now.controller.abort();
  }

  #next(): void {
    if (this.#now !== undefined) return;
    const first = [...this.#waiting].sort(([, a], [, b]) => a.order - b.order)[0];
    if (first === undefined) return;
    const [key, { job }] = first;
    this.#waiting.delete(key);
    const now = { key, controller: new AbortController() };
    this.#now = now;
    void job(now.controller.signal).finally(() => {
      this.#now = undefined;
      this.#next();
    });
  }
}

const desks = new WeakMap<Services, Desk>();

/** The one desk of a page. */
export function deskOf(services: Services): Desk {
  const known = desks.get(services);
  if (known !== undefined) return known;
  const made = new Desk();
  desks.set(services, made);
  return made;
}
