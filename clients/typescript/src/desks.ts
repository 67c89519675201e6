/** The two ways to ask many questions: on one stream, or where there are no such streams, each by a call of its own. */
import { create } from "@bufbuild/protobuf";
import type { Client as Stub } from "@connectrpc/connect";

import { answerOf } from "./answer.js";
import type { BatchItem, Desk } from "./batch.js";
import type { Calls } from "./calls.js";
import { TimelinesError } from "./errors.js";
import { itemError } from "./failures.js";
import {
  ForecastBatchRequestSchema,
  type ForecastBatchRequest,
  type ForecastBatchResponse,
  type ForecastService,
} from "./gen/timelines/v1/forecast_service_pb.js";

type Forecasts = Stub<typeof ForecastService>;

/** Codes that are about one question; any other is about the server or the way to it, and ends the batch. */
const OF_ONE_QUESTION = new Set(["INVALID_ARGUMENT", "OUT_OF_RANGE", "NOT_FOUND", "FAILED_PRECONDITION"]);

/** All questions on one stream, which the server reads no further ahead than it answers. */
export function streamDesk(calls: Calls, forecasts: Forecasts, signal: AbortSignal | undefined): Desk {
  const leaving = new AbortController();
  const outbox = new Outbox<ForecastBatchRequest>();
  const ending = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
  const replies = forecasts.forecastBatch(outbox, { signal: ending })[Symbol.asyncIterator]();
  return {
    ask: (index, question) => {
      outbox.put(create(ForecastBatchRequestSchema, { index, question }));
    },
    reply: async () => {
      try {
        const next = await replies.next();
        return next.done === true ? undefined : itemOf(next.value);
      } catch (raised) {
        throw calls.error(raised);
      }
    },
    finish: async () => {
      outbox.close();
      // All answers are here already: how the stream ends changes none of them.
      await replies.next().catch(() => undefined);
    },
    leave: () => {
      outbox.close();
      leaving.abort();
    },
  };
}

/** Each question by a call of its own, as a browser has to: its requests end before the answers begin. */
export function singleDesk(calls: Calls, forecasts: Forecasts, signal: AbortSignal | undefined): Desk {
  const leaving = new AbortController();
  const ending = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
  const asked: Promise<BatchItem>[] = [];
  return {
    ask: (index, question) => {
      const reply = calls.unary((wire) => forecasts.forecast({ question }, wire), { signal: ending });
      const item = reply.then(
        ({ answer }): BatchItem => ({ index, answer: answerOf(answer) }),
        (raised: unknown) => ofOneQuestion(index, raised),
      );
      item.catch(() => undefined); // told when it is due, which it may never be
      asked.push(item);
    },
    reply: async () => asked.shift(),
    finish: () => Promise.resolve(),
    leave: () => {
      leaving.abort();
    },
  };
}

function itemOf({ index, result }: ForecastBatchResponse): BatchItem {
  return result.case === "error"
    ? { index, error: itemError(result.value) }
    : { index, answer: answerOf(result.value) };
}

function ofOneQuestion(index: number, raised: unknown): BatchItem {
  if (raised instanceof TimelinesError && OF_ONE_QUESTION.has(raised.code)) return { index, error: raised };
  throw raised;
}

/** A queue that is written here and read by the transport. */
class Outbox<Item> implements AsyncIterable<Item> {
  readonly #items: Item[] = [];
  #closed = false;
  #wake: () => void = () => undefined;

  put(item: Item): void {
    this.#items.push(item);
    this.#wake();
  }

  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) yield item;
      else if (this.#closed) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
