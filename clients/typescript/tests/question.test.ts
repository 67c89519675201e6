import { toJson } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";

import { askedQuestion } from "../src/asked.js";
import { InvalidQuestionError } from "../src/errors.js";
import { QuestionSchema } from "../src/gen/timelines/v1/question_pb.js";
import type { Question } from "../src/question.js";
import { questionMessage } from "../src/questionMessage.js";
import { QUESTIONS } from "./questions.js";

/** What the error of a question says: its field, and its words. */
function refused(question: unknown): [string | undefined, string] {
  try {
    questionMessage(question as Question);
  } catch (wrong) {
    if (wrong instanceof InvalidQuestionError) return [wrong.fieldViolations[0]?.field, wrong.message];
    throw wrong;
  }
  throw new Error("it was not refused");
}

const SCALE = "kaplan-webtext2";

describe("a question", () => {
  test.each(QUESTIONS)("comes back as it was asked: %o", (question) => {
    expect(askedQuestion(questionMessage(question))).toEqual(question);
  });

  test("leaves to the server what it does not say", () => {
    expect(toJson(QuestionSchema, questionMessage({ flop: 2e29, budgetUsd: undefined }))).toEqual({
      target: { trainingFlop: 2e29 },
    });
  });

  test("takes beliefs and events in words, and dates as Dates", () => {
    const message = questionMessage({
      indistinguishableTokens: 1e4,
      scale: SCALE,
      slowdown: "9.84 to 290",
      algorithms: [6, 24],
      condition: "spend <= 1e10 by 2029-01-01",
      asOf: new Date(Date.UTC(2026, 10, 20)),
    });
    const { target, algorithms, condition, asOf } = toJson(QuestionSchema, message);
    expect(target?.indistinguishableTokens?.slowdown).toEqual({ interval90: { low: 9.84, high: 290, log: true } });
    expect(algorithms?.prior?.halvingMonths?.median).toBeCloseTo(12, 12);
    expect(algorithms?.prior?.halvingMonths?.sdLn).toBeCloseTo(Math.log(4) / (2 * 1.6448536269514715), 12);
    expect(condition).toMatchObject({
      driver: "CONDITION_DRIVER_SPEND",
      comparison: "COMPARISON_AT_MOST",
      value: 1e10,
    });
    expect(asOf).toBe("2026-11-20");
  });

  test("implies the criterion of a price of pages", () => {
    const message = questionMessage({ loss: 1.24, scale: SCALE, inferenceUsdPer100Pages: 0.01 });
    expect(askedQuestion(message).criterion).toBe("inference_affordable");
  });
});

describe("what contradicts itself is refused here", () => {
  test.each<[unknown, string, string]>([
    [{}, "question.target", "0 targets are given"],
    [{ flop: 1e29, gpt3: 2 }, "question.target", "2 targets are given"],
    [{ loss: 1.24 }, "question.target.loss.scale", "a loss and its scale go together"],
    [{ reducibleLoss: 0.1 }, "question.target.reducible_loss.scale", "go together"],
    [{ flop: 1e29, scale: SCALE }, "question.target.loss.scale", "go together"],
    [{ flop: 1e29, slowdown: 3 }, "question.target.indistinguishable_tokens.slowdown", "leave it out"],
    [{ flop: 1e29, budgetUsd: 1, payer: "unlimited" }, "question.payer.fixed_usd_2023", "contradict each other"],
    [{ flop: 1e29, spendUsd: 1 }, "question.payer.spend_path", "a growing budget needs"],
    [{ flop: 1e29, currencyYear: 2020 }, "question.payer.stated", "need one sum"],
    [{ flop: 1e29, law: "kaplan" }, "question.law", "goes with a loss"],
    [{ loss: 1, scale: "s", law: "kaplan", noise: 0.1 }, "question.law.published.name", "taken at its word"],
    [{ loss: 1, scale: "s", powerLawWeight: 0.1 }, "question.law.mixture.power_law_weight", "mixture"],
    [{ flop: 1e29, algorithmsCeilingOom: 3 }, "question.algorithms.ceiling_oom", "a ceiling needs"],
  ])("%o at %s", (question, field, words) => {
    const [told, message] = refused(question);
    expect(told).toBe(field);
    expect(message).toContain(words);
  });
});

describe("what does not fit its message is refused here", () => {
  test.each<[unknown, string, string]>([
    [3, "question", "not 3"],
    [{ flops: 1e29 }, "question", "unknown keyword flops; known: algorithms,"],
    [{ flop: "1e29" }, "question.target.training_flop", "'1e29'; give a number"],
    [{ flop: 1e29, price: "cheap" }, "question.price_basis", "unknown price basis 'cheap'; known: amortized_purchase"],
    [{ flop: 1e29, payer: "me" }, "question.payer", "known: frontier_spend, unlimited"],
    [{ flop: 1e29, algorithms: "4mo" }, "question.algorithms", "known: 16mo, 8mo, off"],
    [{ flop: 1e29, algorithms: [8, 6] }, "question.algorithms.prior.halving_months", "0 < low < high"],
    [{ flop: 1e29, byYears: [2030.5] }, "question.by_years[0]", "give a whole number"],
    [{ flop: 1e29, quantiles: [] }, "question.quantiles", "is empty"],
    [{ flop: 1e29, quantiles: 0.5 }, "question.quantiles", "give a list"],
    [{ flop: 1e29, seed: -1 }, "question.seed", "from 0 to 4294967295"],
    [{ flop: 1e29, posterior: "\ud800" }, "question.posterior", "give a text"],
    [{ flop: 1e29, asOf: new Date(NaN) }, "question.as_of", "an invalid Date"],
    [{ flop: 1e29, condition: "soon" }, "question.condition", "write `DRIVER >= VALUE by YYYY-MM-DD`"],
    [{ flop: 1e29, condition: "rain >= 1 by 2030-01-01" }, "question.condition.driver", "unknown driver 'rain'"],
    [{ brainSeconds: 1, brainFlopPerS: "lots" }, "question.target.brain_anchor.flop_per_s", "`9.84 to 290`"],
    [{ brainSeconds: 1, brainFlopPerS: [2, 1] }, "question.target.brain_anchor.flop_per_s", "the lower end first"],
    [{ brainSeconds: 1, brainFlopPerS: {} }, "question.target.brain_anchor.flop_per_s", "give one distribution"],
    [{ flop: 1, scenario: { nam: "x" } }, "question.scenario.inline", "is no JSON of a Scenario"],
  ])("%o at %s", (question, field, words) => {
    const [told, message] = refused(question);
    expect(told).toBe(field);
    expect(message).toContain(words);
  });
});
