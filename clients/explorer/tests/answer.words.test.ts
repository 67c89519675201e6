import { describe, expect, it } from "vitest";

import { tilesOf } from "../src/answer/numbers";
import { lastMonthWords, money, month, number, percent, shortPercent } from "../src/answer/figures";
import { expectation, interval, reached, sentence } from "../src/answer/words";
import { answerOf, TOLD } from "./answer.fakes";

const plain = (words: string): string => words.replaceAll("\u00a0", " ");

describe("an answer in words is what the reports say", () => {
  it.each(Object.keys(TOLD))("%s", (name) => {
    const told = TOLD[name];
    const answer = answerOf(told?.answer ?? {});
    expect(sentence(answer)).toBe(told?.sentence);
    expect(expectation(answer)).toBe(told?.expectation);
    expect(interval(answer)).toBe(told?.interval);
    expect(reached(answer)).toBe(plain(told?.reached ?? ""));
    expect(tilesOf(answer).map(({ name: label, said }) => [label, said])).toEqual(
      told?.tiles.map((tile) => tile.map(plain)),
    );
  });
});

describe("figures", () => {
  it.each([
    [2e29, "2e29"],
    [1.234e25, "1.23e25"],
    [0, "0"],
    [0.00012, "1.2e-4"],
    [123_456, "123,456"],
    [12.345, "12.3"],
  ])("%d is %s", (value, words) => {
    expect(number(value)).toBe(words);
  });

  it.each([
    [1e9, "$1bn"],
    [2.5e6, "$2.5M"],
    [300, "$300"],
    [999.6e6, "$1bn"],
    [1e12, "$1tn"],
  ])("%d dollars are %s", (value, words) => {
    expect(money(value)).toBe(words);
  });

  it("says that a probability is not quite nothing or everything", () => {
    expect([0, 0.004, 0.5, 0.996, 1].map(percent)).toEqual(["0 %", "under 1 %", "50 %", "over 99 %", "100 %"]);
    expect([0.004, 0.996].map(shortPercent)).toEqual(["<1 %", ">99 %"]);
  });

  it("writes months and horizons", () => {
    expect(month(2023.375)).toBe("May 2023");
    expect([lastMonthWords("2060-12"), lastMonthWords("2035-06")]).toEqual(["2060", "June 2035"]);
  });
});
