import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Answer, Client, Question } from "timelines-client/web";

import type { Asking } from "../src/contract";
import { createAsking } from "../src/state/asking";
import { bindHistory } from "../src/state/history";
import { DEFAULT_STATE, stateOf } from "../src/state/link";
import { createStore } from "../src/state/store";

beforeEach(() => {
  vi.useFakeTimers();
  history.replaceState(null, "", "#");
});
afterEach(() => {
  vi.useRealTimers();
});

const flop = (value: number): { question: Question } => ({ question: { flop: value } });

describe("the store", () => {
  it("tells of changes in order, and not of what changes nothing", () => {
    const store = createStore(DEFAULT_STATE);
    const heard: Question[] = [];
    const stop = store.subscribe(({ question }) => heard.push(question));
    store.change(flop(1e29));
    store.change(flop(1e29));
    stop();
    store.change(flop(1e30));
    expect(heard).toEqual([{ flop: 1e29 }]);
  });

  it("tells of the last state once where a listener changes it", () => {
    const store = createStore(DEFAULT_STATE);
    const heard: Question[] = [];
    store.subscribe(({ question }) => {
      if (question.flop === 1) store.change(flop(2));
    });
    store.subscribe(({ question }) => heard.push(question));
    store.change(flop(1));
    expect(heard).toEqual([{ flop: 2 }]);
  });
});

describe("the history", () => {
  it("has one entry for a burst of changes, and ends with the last of them", () => {
    const store = createStore(DEFAULT_STATE);
    const pushed = vi.spyOn(history, "pushState");
    const stop = bindHistory(store, () => undefined);
    for (let i = 1; i <= 20; i += 1) {
      store.change(flop(i));
      vi.advanceTimersByTime(100);
    }
    vi.advanceTimersByTime(5000);
    expect(pushed).toHaveBeenCalledTimes(1);
    expect(location.hash).toBe("#v=1&flop=20");
    store.change(flop(21));
    expect(pushed).toHaveBeenCalledTimes(2);
    expect(location.hash).toBe("#v=1&flop=21");
    stop();
  });

  it("brings states back, and tells of a link that it cannot read", () => {
    const store = createStore(DEFAULT_STATE);
    const told: (string | undefined)[] = [];
    const pushed = vi.spyOn(history, "pushState");
    pushed.mockClear();
    const stop = bindHistory(store, (problem) => told.push(problem));
    history.replaceState(null, "", "#v=1&flop=5");
    dispatchEvent(new PopStateEvent("popstate"));
    expect(store.state.question).toEqual({ flop: 5 });
    history.replaceState(null, "", "#v=1&flop=x");
    dispatchEvent(new PopStateEvent("popstate"));
    expect(store.state.question).toEqual(DEFAULT_STATE.question);
    expect(location.hash).toBe("#v=1&flop=x");
    expect(told[0]).toBeUndefined();
    expect(told[1]).toMatch(/not understood/);
    expect(pushed).not.toHaveBeenCalled();
    store.change(flop(6));
    expect(pushed).toHaveBeenCalledTimes(1);
    expect(stateOf(location.hash).state.question).toEqual({ flop: 6 });
    stop();
  });
});

class Slow {
  readonly asked: { question: Question; end: (answer: Answer | Error) => void; signal: AbortSignal }[] = [];

  when(question: Question, { signal }: { signal: AbortSignal }): Promise<Answer> {
    return new Promise((fulfil, reject) => {
      signal.addEventListener("abort", () => {
        reject(new Error("aborted"));
      });
      const end = (answer: Answer | Error): void => {
        if (answer instanceof Error) reject(answer);
        else fulfil(answer);
      };
      this.asked.push({ question, end, signal });
    });
  }
}

describe("asking", () => {
  const answer = (median: number): Answer => ({ median }) as unknown as Answer;

  async function asking() {
    const [client, store] = [new Slow(), createStore(DEFAULT_STATE)];
    const made = createAsking(store, { client: () => client as unknown as Client });
    const told: Asking[] = [];
    made.subscribe((one) => told.push(one));
    await vi.advanceTimersByTimeAsync(0);
    return { client, store, made, told };
  }

  it("asks a single change at once, of many the last one after a pause, and drops what is stale", async () => {
    const { client, store, made } = await asking();
    expect(client.asked.length).toBe(1);
    client.asked[0]?.end(answer(2030));
    await vi.advanceTimersByTimeAsync(0);
    expect(made.current).toMatchObject({ kind: "answered", now: { answer: { median: 2030 } } });
    store.change(flop(1));
    expect(made.current).toMatchObject({ kind: "loading", before: { answer: { median: 2030 } } });
    await vi.advanceTimersByTimeAsync(0);
    expect(client.asked.length).toBe(2);
    await vi.advanceTimersByTimeAsync(60);
    store.change(flop(2));
    expect(client.asked[1]?.signal.aborted).toBe(true);
    client.asked[1]?.end(answer(1));
    await vi.advanceTimersByTimeAsync(60);
    store.change(flop(3));
    await vi.advanceTimersByTimeAsync(119);
    expect(client.asked.length).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    client.asked[2]?.end(answer(2040));
    await vi.advanceTimersByTimeAsync(0);
    expect(client.asked.map(({ question }) => question.flop)).toEqual([undefined, 1, 3]);
    expect(made.current).toMatchObject({ kind: "answered", now: { question: { flop: 3 }, answer: { median: 2040 } } });
  });

  it("keeps the last good answer in a failure, and asks again when told", async () => {
    const { client, made, store } = await asking();
    client.asked[0]?.end(answer(2030));
    await vi.advanceTimersByTimeAsync(0);
    store.change(flop(1));
    await vi.advanceTimersByTimeAsync(120);
    client.asked[1]?.end(new Error("gone"));
    await vi.advanceTimersByTimeAsync(0);
    expect(made.current).toMatchObject({
      kind: "failed",
      error: { message: "gone" },
      before: { answer: { median: 2030 } },
    });
    made.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(made.current.kind).toBe("loading");
    client.asked[2]?.end(answer(2050));
    await vi.advanceTimersByTimeAsync(0);
    expect(made.current).toMatchObject({ kind: "answered", now: { answer: { median: 2050 } } });
  });

  it("does not ask again for a pin", async () => {
    const { client, store } = await asking();
    store.change({ pins: [{ name: "a", question: { flop: 1 } }] });
    await vi.advanceTimersByTimeAsync(500);
    expect(client.asked.length).toBe(1);
  });
});
