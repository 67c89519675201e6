/**
 * The question of the state, asked once for all parts: one call at a time, and the last one counts. A single change is
 * asked at once; of many that follow each other, the last one after a pause.
 */
import { CallCancelledError, type Client, type Question } from "timelines-client/web";

import type { Answered, Asking, Services, Store } from "../contract";

export const PAUSE_MS = 120;

/** How the asking is made. */
export interface AskingOptions {
  /** The client of now: another one after a token was given. */
  readonly client: () => Client;
  /** Milliseconds without another change before one of many is asked. */
  readonly pauseMs?: number;
}

/** Follows the store from now on. */
export function createAsking(store: Store, options: AskingOptions): Services["asking"] {
  const desk = new Desk(store, options);
  store.subscribe(() => {
    desk.follow();
  });
  desk.soon(0);
  return {
    get current() {
      return desk.current;
    },
    subscribe: (listener) => desk.subscribe(listener),
    retry: () => {
      desk.soon(0);
    },
  };
}

/** Where the one question is asked. */
class Desk {
  readonly #store: Store;
  readonly #client: () => Client;
  readonly #pauseMs: number;
  readonly #listeners = new Set<(asking: Asking) => void>();
  #call: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked: Question | undefined;
  #changedAt = -Infinity;
  current: Asking = { kind: "loading", before: undefined };

  constructor(store: Store, { client, pauseMs = PAUSE_MS }: AskingOptions) {
    this.#store = store;
    this.#client = client;
    this.#pauseMs = pauseMs;
  }

  subscribe(listener: (asking: Asking) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** The state has changed: its question is asked, if it is another one. */
  follow(): void {
    if (this.#store.state.question === this.#asked) return;
    const now = performance.now();
    const alone = now - this.#changedAt >= this.#pauseMs;
    this.#changedAt = now;
    this.soon(alone ? 0 : this.#pauseMs);
  }

  /** Asks after a time; what is on its way is not waited for. */
  soon(waitMs: number): void {
    this.#call?.abort();
    clearTimeout(this.#timer);
    this.#asked = this.#store.state.question;
    this.#tell({ kind: "loading", before: answeredOf(this.current) });
    this.#timer = setTimeout(() => void this.#ask(), waitMs);
  }

  async #ask(): Promise<void> {
    const mine = (this.#call = new AbortController());
    const { question } = this.#store.state;
    try {
      const answer = await this.#client().when(question, { signal: mine.signal });
      if (!mine.signal.aborted) this.#tell({ kind: "answered", now: { question, answer } });
    } catch (raised) {
      if (mine.signal.aborted) return;
      const error = raised instanceof Error ? raised : new CallCancelledError(String(raised));
      this.#tell({ kind: "failed", error, before: answeredOf(this.current) });
    }
  }

  #tell(next: Asking): void {
    this.current = next;
    for (const listener of [...this.#listeners]) listener(next);
  }
}

/** The last good answer. */
export function answeredOf(asking: Asking): Answered | undefined {
  return asking.kind === "answered" ? asking.now : asking.before;
}
