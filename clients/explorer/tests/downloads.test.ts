import { describe, expect, it } from "vitest";

import { fileName } from "../src/downloads/names";

describe("names of files", () => {
  it.each([
    [{ flop: 2e29 }, "timelines-flop-2e29-arrival.svg"],
    [{ flop: 2e29, payer: "unlimited" }, "timelines-flop-2e29-unlimited-arrival.svg"],
    [
      { loss: 0.86, scale: "Kaplan WebText/2", budgetUsd: 1e9, scenario: "baseline", asOf: "2021-12-15" },
      "timelines-loss-0.86-kaplan-webtext-2-usd-1e9-as-of-2021-12-15-arrival.svg",
    ],
    [{ flop: 1, algorithms: [6, 24] }, "timelines-flop-1-algorithms-own-arrival.svg"],
  ])("%j is %s", (question, name) => {
    expect(fileName(question as never, "arrival", "svg")).toBe(name);
  });
});
