/** The client in Node against a real server. */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import {
  CallCancelledError,
  connect,
  DeadlineError,
  InvalidQuestionError,
  questionMessage,
  UnreachableError,
  type BatchItem,
  type Client,
  type Question,
} from "../src/node.js";
import { Driver, ForecastService, PosteriorService, ScaleService } from "../src/v1.js";
import { caught } from "./caught.js";

const address = inject("server");

async function all(items: AsyncIterable<BatchItem>): Promise<BatchItem[]> {
  const listed: BatchItem[] = [];
  for await (const item of items) listed.push(item);
  return listed;
}

describe.skipIf(address === "")("with a server", () => {
  let client: Client;
  beforeAll(() => {
    client = connect(address);
  });
  afterAll(() => {
    client.close();
  });

  test("an answer is whole, and its question can be asked again", async () => {
    const answer = await client.when({ loss: 1.24, scale: "kaplan-webtext2", budgetUsd: 1e9, limitEffects: true });
    const [low, high] = answer.interval(0.8);
    expect(low).toBeLessThanOrEqual(answer.median);
    expect(high).toBeGreaterThanOrEqual(answer.median);
    expect(answer.pNever + answer.pBeyondHorizon + answer.pBy(2060)).toBeCloseTo(1, 9);
    expect(answer.neverReasons.reduce((sum, one) => sum + one.probability, 0)).toBeCloseTo(answer.pNever, 9);
    expect(answer.pBy(2030)).toBe(answer.pByYear.find(({ year }) => year === 2030)?.probability);
    expect(answer.quantiles.find(({ probability }) => probability === 0.5)?.decimalYear).toBe(answer.median);
    expect(answer.bindingLimits.map(({ limit }) => limit)).toContain("money");
    expect(answer.posterior.status).toBe("PASSED");
    expect(answer.provenance.draws).toBe(4000);
    expect(answer.choices.length).toBeGreaterThan(0);
    expect(answer.question).toMatchObject({ loss: 1.24, law: "pooled", algorithms: "8mo", budgetUsd: 1e9 });
    const again = await client.when(answer.question);
    expect(again.equals(answer)).toBe(true);
  });

  test("an answer is JSON for JSON.stringify", async () => {
    const answer = await client.when({ flop: 2e29, quantiles: [0.5] });
    const told = JSON.parse(JSON.stringify(answer)) as { quantiles: { position: string }[] };
    expect(told.quantiles[0]?.position).toBe("POSITION_WITHIN_HORIZON");
  });

  test("an unknown scale is told with its field and its reason", async () => {
    const error = await caught(client.when({ loss: 1.24, scale: "webtext" }));
    expect(error).toBeInstanceOf(InvalidQuestionError);
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT", reason: "UNKNOWN_NAME", retryable: false });
    expect(error.fieldViolations.map(({ field }) => field)).toEqual(["question.target.loss.scale"]);
    expect(error.message).toMatch(/^unknown scale 'webtext'; known: besiroglu-massivetext/);
  });

  test.each<[Question, string, string]>([
    [{ flop: -1 }, "INVALID_ARGUMENT", "question.target.training_flop"],
    [{ flop: NaN }, "INVALID_ARGUMENT", "question.target.training_flop"],
    [{ flop: 1e29, horizon: "2099" }, "INVALID_ARGUMENT", "question.horizon"],
    [{ flop: 1e29, posterior: "nobody" }, "NOT_FOUND", "question.posterior"],
  ])("%o is %s at %s", async (question, code, field) => {
    const error = await caught(client.when(question));
    expect([error.code, error.fieldViolations[0]?.field]).toEqual([code, field]);
  });

  test("a deadline is kept", async () => {
    const error = await caught(
      client.when({ flop: 2e29, maxDraws: 100_000, limitEffects: true, seed: 5 }, { deadlineMs: 2 }),
    );
    expect(error).toBeInstanceOf(DeadlineError);
    expect(error.message).toContain("within 0.002 s; give a longer deadlineMs");
    expect(await client.when({ flop: 2e29 }, { deadlineMs: Infinity })).toBeDefined();
  });

  test("a signal ends a call", async () => {
    const error = await caught(client.when({ flop: 2e29 }, { signal: AbortSignal.abort() }));
    expect(error).toBeInstanceOf(CallCancelledError);
    expect(error.retryable).toBe(false);
  });

  test("the server says that it is ready; nobody says so where there is none", async () => {
    expect(await client.ready()).toBe(true);
    using nobody = connect("127.0.0.1:1");
    expect(await nobody.ready()).toBe(false);
  });

  test("a closed client says so", async () => {
    const closed = connect(address);
    closed.close();
    closed.close();
    expect(await caught(closed.when({ flop: 1e29 }))).toMatchObject({ reason: "CLIENT_CLOSED" });
    expect(() => closed.stub(ScaleService)).toThrow("this client is closed");
  });

  test("every service is there as generated", async () => {
    const { posteriors } = await client.call(PosteriorService.method.listPosteriors, {});
    expect(posteriors.length).toBeGreaterThan(0);
    const unknown = client.call(ScaleService.method.getScale, { name: "scales/none" });
    expect(await caught(unknown)).toMatchObject({ name: "NotFoundError", code: "NOT_FOUND" });
    const forecasts = client.stub(ForecastService);
    const fan = await forecasts.trajectory(
      { driver: Driver.FRONTIER_COMPUTE, quantiles: [0.5] },
      { timeoutMs: 10_000 },
    );
    expect(fan.bands[0]?.log10Value).toHaveLength(fan.decimalYear.length);
    const [one, other] = [questionMessage({ flop: 1e29 }), questionMessage({ flop: 1e29, budgetUsd: 1e9 })];
    const { parts } = await forecasts.explain({ before: one, after: other });
    expect(parts.length).toBeGreaterThan(0);
    let total = 0;
    for await (const chunk of forecasts.streamDraws({ question: one })) total += chunk.decimalYear.length;
    expect(total).toBe(4000);
    const error = await caught(client.stub(ScaleService).getScale({ name: "scales/none" }), (raised) =>
      client.errorOf(raised),
    );
    expect(error).toMatchObject({ code: "NOT_FOUND" });
  });

  describe("a batch", () => {
    test("answers in the order asked, and one bad question ends nothing", async () => {
      const questions = [
        { flop: 1e27 },
        { loss: 1.2, scale: "x" },
        { flop: "a" },
        { flops: 1 },
        { flop: 1e29 },
      ] as Question[];
      const items = await all(client.batch(questions, { start: 10 }));
      expect(items.map(({ index }) => index)).toEqual([10, 11, 12, 13, 14]);
      expect(items.map(({ error }) => error?.fieldViolations[0]?.field)).toEqual([
        undefined,
        "question.target.loss.scale",
        "question.target.training_flop",
        "question",
        undefined,
      ]);
      expect(items[4]?.answer?.equals(await client.when({ flop: 1e29 }))).toBe(true);
    });

    test("of a thousand is answered, and reads no further ahead than it may", async () => {
      let [asked, answered, ahead] = [0, 0, 0];
      async function* questions(): AsyncGenerator<Question> {
        for (; asked < 1000; asked += 1) {
          ahead = Math.max(ahead, asked - answered);
          yield await Promise.resolve({ flop: 1e26 * 1.01 ** asked });
        }
      }
      let last = 0;
      for await (const { index, answer } of client.batch(questions(), { inFlight: 16 })) {
        expect(index).toBe(answered);
        expect(answer?.median).toBeGreaterThanOrEqual(last);
        last = answer?.median ?? NaN;
        answered += 1;
      }
      expect([asked, answered]).toEqual([1000, 1000]);
      expect(ahead).toBeLessThanOrEqual(16);
    });

    test("of none has no items", async () => {
      expect(await all(client.batch([]))).toEqual([]);
    });

    test("can be left early, and lets go of its questions", async () => {
      let left = false;
      function* endless(): Generator<Question> {
        try {
          for (;;) yield { flop: 1e29 };
        } finally {
          left = true;
        }
      }
      for await (const item of client.batch(endless())) if (item.index === 5) break;
      expect(left).toBe(true);
      expect(await client.ready()).toBe(true);
    });

    test("is ended by its signal, and says how far it came", async () => {
      const ending = new AbortController();
      const error = await caught(
        (async () => {
          for await (const item of client.batch([{ flop: 1e27 }, { flop: 1e28 }, { flop: 1e29 }], {
            signal: ending.signal,
            inFlight: 1,
          })) {
            if (item.index === 1) ending.abort();
          }
        })(),
      );
      expect(error.code).toBe("CANCELLED");
      expect(error.message).toContain("the batch broke after 2 answers; go on with question 2 and start: 2");
    });

    test("whose questions end with an error ends with it", async () => {
      function* broken(): Generator<Question> {
        yield { flop: 1e29 };
        throw new RangeError("no more");
      }
      await expect(all(client.batch(broken()))).rejects.toThrow("no more");
    });

    test("that cannot be is refused", async () => {
      await expect(all(client.batch([], { start: -1 }))).rejects.toThrow("start is -1");
      await expect(all(client.batch([], { inFlight: 0 }))).rejects.toThrow("inFlight is 0");
      await expect(all(client.batch([], { idleTimeoutMs: 0 }))).rejects.toThrow("idleTimeoutMs is 0");
    });

    test("to nobody says so", async () => {
      using nobody = connect("127.0.0.1:1", { retry: false });
      await expect(all(nobody.batch([{ flop: 1e29 }]))).rejects.toBeInstanceOf(UnreachableError);
    });
  });
});
