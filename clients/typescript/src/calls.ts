/** Calls with a deadline, repetitions where a call was lost on the way, and errors of our own. */
import {
  createClient,
  type CallOptions as WireOptions,
  type Client as Stub,
  type Transport,
} from "@connectrpc/connect";

import { CallCancelledError, UnreachableError } from "./errors.js";
import { failed, type Failed, type Losses } from "./failures.js";
import { Health, HealthCheckResponse_ServingStatus as Serving } from "./gen/grpc/health/v1/health_pb.js";
import { milliseconds, type CallOptions, type Settings } from "./settings.js";

/** A way to a server: how it is called, and what is known of its failures. */
export interface Link {
  readonly settings: Settings;
  readonly transport: Transport;
  readonly losses: Losses;
  /** Whether questions and answers can travel at the same time on one call. */
  readonly bidirectional: boolean;
  /** Whether the first call waits, within its deadline, for a server that is still starting. */
  readonly waits: boolean;
  /** Ends the connection and every call on it. */
  readonly close: () => void;
}

/** One link and how calls are made on it. */
export class Calls {
  readonly link: Link;
  readonly #health: Stub<typeof Health>;
  #reached = false;
  #closed = false;

  constructor(link: Link) {
    this.link = link;
    this.#health = createClient(Health, link.transport);
  }

  /** The reply to one call; a `TimelinesError` where there is none. */
  async unary<Reply>(call: (options: WireOptions) => Promise<Reply>, options: CallOptions = {}): Promise<Reply> {
    const deadlineMs = milliseconds(options.deadlineMs ?? this.link.settings.deadlineMs);
    const began = performance.now();
    const until = began + deadlineMs;
    let first: Failed | undefined;
    for (let attempt = 1; ; attempt += 1) {
      this.refuseWhenClosed();
      try {
        const reply = await call(wireOptions(until - performance.now(), options.signal));
        this.#reached = true;
        return reply;
      } catch (raised) {
        const failure = failed(raised, this.link.settings, this.link.losses, deadlineMs);
        this.#reached ||= !failure.lost && failure.error.code !== "DEADLINE_EXCEEDED";
        first ??= failure;
        const waitMs = this.#pause(failure, attempt);
        if (waitMs === undefined || waitMs >= until - performance.now()) throw this.#final(first, failure, began);
        await pause(waitMs, options.signal);
      }
    }
  }

  /** Reach the server, if no call has yet: a stream is not begun anew, so that what is in its way is looked for before. */
  async reach(options: CallOptions = {}): Promise<void> {
    this.refuseWhenClosed();
    if (this.hasReached()) return;
    try {
      await this.unary((wire) => this.#health.check({}, wire), options);
    } catch (raised) {
      if (!this.hasReached()) throw raised;
    }
  }

  /** Whether the server says that it is serving; false also where nothing answers. */
  async serving(options: CallOptions = {}): Promise<boolean> {
    this.refuseWhenClosed();
    const { settings, losses } = this.link;
    const deadlineMs = milliseconds(options.deadlineMs ?? settings.deadlineMs);
    try {
      const { status } = await this.#health.check({}, wireOptions(deadlineMs, options.signal));
      return status === Serving.SERVING;
    } catch (raised) {
      const { error, lost } = failed(raised, settings, losses, deadlineMs);
      if (lost || error.code === "DEADLINE_EXCEEDED") return false;
      throw error;
    }
  }

  /** The error that a broken stream is raised as. */
  error(raised: unknown): Failed["error"] {
    return failed(raised, this.link.settings, this.link.losses).error;
  }

  /** Whether a server has answered yet, be it with an error. */
  hasReached(): boolean {
    return this.#reached;
  }

  refuseWhenClosed(): void {
    if (this.#closed) {
      throw new CallCancelledError("this client is closed; make a new one", { reason: "CLIENT_CLOSED" });
    }
  }

  close(): void {
    this.#closed = true;
    this.link.close();
  }

  /** Milliseconds to wait before another attempt; none where there is to be none. */
  #pause(failure: Failed, attempt: number): number | undefined {
    const { attempts, firstDelayMs, longestDelayMs } = this.link.settings.retry;
    const starting = this.link.waits && !this.#reached && attempts > 1;
    if (!failure.lost || (attempt >= attempts && !starting)) return undefined;
    if (failure.pushbackMs !== undefined) return failure.pushbackMs < 0 ? undefined : failure.pushbackMs;
    const longest = Math.min(firstDelayMs * 2 ** (attempt - 1), longestDelayMs);
    return longest * (0.8 + 0.4 * Math.random());
  }

  /** After waiting in vain for a server that never was there: what was wrong at first. */
  #final(first: Failed, last: Failed, began: number): Failed["error"] {
    if (this.#reached || first === last || !first.lost) return last.error;
    const waited = ((performance.now() - began) / 1000).toFixed(1);
    const { message, reason, cause } = first.error;
    return new UnreachableError(`${message}; waited ${waited} s`, { reason, cause });
  }
}

/** The longest deadline that the wire can tell, a little over a day; longer ones go without. */
const LONGEST_MS = 99_999_999;

/** Options as the transport takes them. */
function wireOptions(leftMs: number, signal: AbortSignal | undefined): WireOptions {
  return {
    ...(leftMs <= LONGEST_MS ? { timeoutMs: Math.max(1, Math.round(leftMs)) } : {}),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** Wait; an aborted signal ends the wait, and the call that follows says so. */
function pause(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, waitMs);
    signal?.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    if (signal?.aborted === true) done();
  });
}
