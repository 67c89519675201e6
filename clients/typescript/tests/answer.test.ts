import { create, fromBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";

import { Answer } from "../src/answer.js";
import { dateOf } from "../src/csv.js";
import { InvalidQuestionError } from "../src/errors.js";
import { AnswerSchema, Limit, Position, PosteriorStatus } from "../src/gen/timelines/v1/answer_pb.js";

/** Four months, one and a half years apart in the middle; 30 % never come, 10 % lie beyond. */
const answer = new Answer(
  create(AnswerSchema, {
    cdf: { decimalYear: [2030.0416, 2030.9583, 2031.0416, 2032.5], probability: [0.1, 0.3, 0.5, 0.6] },
    pAlready: 0.1,
    pBeyondHorizon: 0.1,
    pNever: 0.3,
    pNeverMcse: 0.01,
    provenance: { draws: 400 },
  }),
);

describe("quantiles over all draws", () => {
  test.each([
    [0.05, 2030.0416],
    [0.1, 2030.0416],
    [0.1001, 2030.9583],
    [0.3, 2030.9583],
    [0.5, 2031.0416],
    [0.6, 2032.5],
    [0.6001, Infinity],
    [0.99, Infinity],
  ])("%f is reached by %f", (probability, year) => {
    expect(answer.quantile(probability)).toBe(year);
  });

  test("a share that is short of a probability by rounding has reached it", () => {
    const short = create(AnswerSchema, { cdf: { decimalYear: [2030, 2031], probability: [0.1 + 0.2 - 1e-13, 0.9] } });
    expect(new Answer(short).quantile(0.3)).toBe(2030);
  });

  test("the median and intervals are quantiles, infinite beyond the horizon", () => {
    expect(answer.median).toBe(2031.0416);
    expect(answer.interval()).toEqual([2030.0416, Infinity]);
    expect(answer.interval(0.1)).toEqual([2031.0416, 2032.5]);
    expect(new Answer(create(AnswerSchema)).interval(0.5)).toEqual([Infinity, Infinity]);
  });

  test.each([0, 1, -0.1, NaN, Infinity])("%f is no probability", (wrong) => {
    expect(() => answer.quantile(wrong)).toThrow(InvalidQuestionError);
    expect(() => answer.interval(wrong)).toThrow("give one above 0 and below 1");
  });
});

describe("probabilities by the end of a year", () => {
  test.each([
    [2030, 0.3],
    [2031, 0.5],
    [2032, 0.6],
  ])("by %i", (year, probability) => {
    expect(answer.pBy(year)).toBe(probability);
  });

  test.each([2029, 2033, NaN])("%f is not in the answer", (year) => {
    expect(() => answer.pBy(year)).toThrow("the answer runs from 2030 to 2032");
  });

  test("an answer without a distribution has none", () => {
    expect(() => new Answer(create(AnswerSchema)).pBy(2030)).toThrow(InvalidQuestionError);
  });
});

test("parts are plain objects, and what is absent is undefined", () => {
  const told = new Answer(
    create(AnswerSchema, {
      quantiles: [{ probability: 0.9, position: Position.NEVER }],
      bindingLimits: [{ limit: Limit.POWER, shareOfArrivals: 0.25 }],
      neverReasons: [{ reason: "the floor", probability: 0.3 }],
      posterior: { name: "p", status: PosteriorStatus.FLAGGED, reasons: ["few rows"] },
    }),
  );
  const [quantile] = told.quantiles;
  expect(quantile).toEqual({
    probability: 0.9,
    position: "never",
    decimalYear: undefined,
    date: undefined,
    mcseYears: undefined,
  });
  expect(told.bindingLimits[0]).toMatchObject({ limit: "power", shareOfArrivals: 0.25, medianWithout: undefined });
  expect(told.posterior).toMatchObject({ name: "p", status: "FLAGGED", reasons: ["few rows"], nowcast: undefined });
});

test("a position of a newer server is told by its number", () => {
  const newer = fromBinary(AnswerSchema, Uint8Array.of(0x12, 2, 0x20, 9)); // quantiles: { position: 9 }
  expect(new Answer(newer).quantiles[0]?.position).toBe("9");
});

test("CSV has a row for each month and the three masses", () => {
  const [header, first, ...rest] = answer.toCsv().trimEnd().split("\n");
  expect(header).toBe("quantity,decimal_year,date,probability,mcse");
  expect(first).toBe(`cdf,2030.0416,2030-01-16,0.1,${String(Math.sqrt((0.1 * 0.9) / 400))}`);
  expect(rest.at(-1)).toBe("p_never,,,0.3,0.01");
  expect(rest).toHaveLength(6);
});

test.each([
  [2030.0, "2030-01-01"],
  [2026.875, "2026-11-17"],
  [2031.9999, "2032-01-01"],
])("%f falls on %s", (year, date) => {
  expect(dateOf(year)).toBe(date);
});

test("answers compare by what they say", () => {
  expect(answer.equals(new Answer(create(AnswerSchema, answer.raw)))).toBe(true);
  expect(answer.equals(new Answer(create(AnswerSchema)))).toBe(false);
  expect(String(answer)).toBe("Answer(median=2031.04, interval_80=(2030.04, Infinity), pNever=0.30)");
});
