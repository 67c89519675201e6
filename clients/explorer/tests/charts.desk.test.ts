import { describe, expect, it } from "vitest";

import { Desk } from "../src/charts/desk";
import { settled } from "./answer.fakes";

/** Jobs that note when they begin, and end when the test says. */
function jobs() {
  const begun: string[] = [];
  const signals = new Map<string, AbortSignal>();
  const ends = new Map<string, () => void>();
  return {
    begun,
    signals,
    end: (name: string) => ends.get(name)?.(),
    job: (name: string) => async (signal: AbortSignal) => {
      begun.push(name);
      signals.set(name, signal);
      await new Promise<void>((resolve) => {
        ends.set(name, resolve);
        signal.addEventListener("abort", () => {
          resolve();
        });
      });
    },
  };
}

describe("the desk", () => {
  it("does one job at a time, those that matter most first", async () => {
    const { begun, job, end } = jobs();
    const desk = new Desk();
    desk.put("a", 5, job("a"));
    desk.put("b", 9, job("b"));
    desk.put("c", 1, job("c"));
    expect(begun).toEqual(["a"]);
    end("a");
    await settled();
    expect(begun).toEqual(["a", "c"]);
    end("c");
    await settled();
    expect(begun).toEqual(["a", "c", "b"]);
  });

  it("ends what is no longer wanted, and goes on", async () => {
    const { begun, job, signals } = jobs();
    const desk = new Desk();
    desk.put("a", 1, job("a"));
    desk.put("b", 2, job("b"));
    desk.drop("a");
    await settled();
    expect(signals.get("a")?.aborted).toBe(true);
    expect(begun).toEqual(["a", "b"]);
  });

  it("forgets what waits when it is put again", async () => {
    const { begun, job, end } = jobs();
    const desk = new Desk();
    desk.put("first", 0, job("first"));
    desk.put("a", 1, job("old"));
    desk.put("a", 1, job("new"));
    end("first");
    await settled();
    expect(begun).toEqual(["first", "new"]);
  });
});
