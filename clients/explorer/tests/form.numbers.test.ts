import { describe, expect, it } from "vitest";

import { beliefOf, beliefText } from "../src/form/beliefs";
import { dollars, flopWords, inWords, money, natsWords, numberOf } from "../src/form/numbers";

describe("numbers as people write them", () => {
  it.each([
    ["1e29", 1e29],
    ["0.86", 0.86],
    [".5", 0.5],
    ["$1bn", 1e9],
    ["$1.1bn", 1.1e9],
    ["$ 2.5 million", 2.5e6],
    ["1 000 000", 1e6],
    ["1\u202f000\u00a0000", 1e6],
    ["1,000,000", 1e6],
    ["1_000", 1000],
    ["5 %", 0.05],
    ["2 x 10^29", 2e29],
    ["2×10^29", 2e29],
    ["10^26", 1e26],
    ["-0.3", -0.3],
    ["−0.3", -0.3],
    ["100k", 1e5],
    ["$1tn", 1e12],
    ["4.35m", 4.35e6],
  ])("%s", (text, value) => {
    expect(numberOf(text)).toBe(value);
  });

  it.each(["", "a lot", "1e", "1.2.3", "1bnn", "NaN", "Infinity", "0x10", "--1"])(
    "refuses %j, and says how to write one",
    (text) => {
      expect(() => numberOf(text)).toThrow(/write it like 1e29/);
    },
  );

  it("asks for a point where it reads a decimal comma", () => {
    expect(() => numberOf("0,86")).toThrow("Write 0.86, with a point.");
    expect(numberOf("1,234")).toBe(1234);
  });

  it("says them in words", () => {
    expect(dollars(1e9)).toBe("1 billion 2023 dollars");
    expect(dollars(2.5e6, "2020 dollars")).toBe("2.5 million 2020 dollars");
    expect(inWords(860)).toBe("860");
    expect(inWords(2e29)).toBe("2e29");
    expect(money(1e11)).toBe("$100bn");
    expect(money(300)).toBe("$300");
    expect(flopWords(3.14e26)).toBe("3.14e26 FLOP, 1 thousand times GPT-3’s training compute");
    expect(natsWords(0.86)).toBe("0.86 nats per token, or 1.24 bits per token");
  });
});

describe("beliefs", () => {
  it.each<[string, unknown, string?]>([
    ["0.3", 0.3],
    ["10 to 290", [10, 290]],
    ["9.84..290", [9.84, 290], "9.84 to 290"],
    ["1e13 – 1e17", [1e13, 1e17], "1e13 to 1e17"],
    ["normal(mean: 0.3, sd: 0.1)", { normal: { mean: 0.3, sd: 0.1 } }],
    ["point(3)", { point: 3 }],
    ["tabulated(value: (0, 1), probability: (0, 1))", { tabulated: { value: [0, 1], probability: [0, 1] } }],
  ])("%s", (text, belief, back = text) => {
    expect(beliefOf(text)).toEqual(belief);
    expect(beliefText(beliefOf(text))).toBe(back);
    expect(beliefOf(beliefText(beliefOf(text)))).toEqual(belief);
  });

  it("refuses what is none", () => {
    expect(() => beliefOf("about 3")).toThrow(/is no number/);
    expect(() => beliefOf("normal(mean 3")).toThrow(/is no number/);
    expect(() => beliefOf("normal(mean: 3, sd)")).toThrow(/cannot be read/);
  });
});
