import { describe, expect, it } from "vitest";
import { questionMessage, type Question } from "timelines-client/web";
import { QuestionSchema } from "timelines-client/v1";
import { equals } from "@bufbuild/protobuf";

import type { State } from "../src/contract";
import { DEFAULT_STATE, linkOf, same, stateOf } from "../src/state/link";
import { read, written, type Value } from "../src/state/notation";
import { random, randomQuestion } from "./questions";

function back(state: State): State {
  // As a browser hands it back: parsed as a URL.
  const { hash } = new URL(`http://127.0.0.1/#${linkOf(state)}`);
  const { state: found, problem } = stateOf(hash);
  expect(problem).toBeUndefined();
  return found;
}

describe("a link", () => {
  it("is readable", () => {
    const question: Question = { loss: 0.86, scale: "kaplan-webtext2", budgetUsd: 1e9, asOf: "2020-07-27" };
    expect(linkOf({ question, pins: [] })).toBe("v=1&loss=0.86&scale=kaplan-webtext2&budgetUsd=1e9&asOf=2020-07-27");
  });

  it("brings back everything that a question can say, and every pin", () => {
    const next = random(7);
    for (let i = 0; i < 2000; i += 1) {
      const pins = Array.from({ length: i % 6 }, (_, n) => ({
        name: `pin ${String(n)}, (a)`,
        question: randomQuestion(next),
      }));
      const state: State = { question: randomQuestion(next), pins };
      const found = back(state);
      expect(found).toEqual(state);
      expect(linkOf(found)).toBe(linkOf(state));
      expect(equals(QuestionSchema, questionMessage(found.question), questionMessage(state.question))).toBe(true);
      expect(same(found, state)).toBe(true);
    }
  });

  it("holds a date by its day", () => {
    const asked = (asOf: Date | string): State => ({ question: { flop: 1e29, asOf }, pins: [] });
    expect(back(asked(new Date("2020-07-27T12:00:00Z")))).toEqual(asked("2020-07-27"));
  });

  it("is the default question where nothing is said, also with pins alone", () => {
    expect(stateOf("")).toEqual({ state: DEFAULT_STATE, problem: undefined });
    expect(stateOf("#pin=(name:a,flop:1e29)").state).toEqual({
      question: DEFAULT_STATE.question,
      pins: [{ name: "a", question: { flop: 1e29 } }],
    });
  });

  it.each([
    ["flop=1e29&foo=1", /foo/],
    ["flop=1e29&loss=1", /2 targets|scale/],
    ["loss=1", /scale/],
    ["flop=a+lot", /give a number/],
    ["flop=1e29&scenario=(a:", /scenario cannot be read: it ends too early/],
    ["flop=%E0%A4%A", /stray percent sign/],
    ["v=2&flop=1e29", /version 2/],
    ["flop=1e29&flop=1e30", /twice/],
    ["flop=1e29&pin=3", /a pin has no question/],
    ["flop=1e29&pin=(flop:1e29)", /a pin has no name/],
    ["flop=1e29&pin=(name:a,flop:1)&pin=(name:a,flop:2)", /called a/],
    ["(((((", /cannot be read|unknown keyword/],
    [`flop=${"(".repeat(100_000)}`, /too many brackets/],
    ["flop=1e29&as_of=2020-07-27", /as_of/],
  ])("that is broken says what is wrong and asks the default: %.40s", (hash, why) => {
    const { state, problem } = stateOf(`#${hash}`);
    expect(state).toEqual(DEFAULT_STATE);
    expect(problem).toMatch(why);
  });
});

describe("the notation", () => {
  it.each<[Value, string]>([
    [1e29, "1e29"],
    [-0, "-0"],
    [5e-324, "5e-324"],
    [4000, "4000"],
    [12500000, "1.25e7"],
    [Infinity, "Infinity"],
    ["Infinity", "'Infinity'"],
    ["2023", "'2023'"],
    ["2050-12", "2050-12"],
    ["", "''"],
    [" a", "' a'"],
    ["it's", "'it''s'"],
    [[], "()"],
    [{}, "(:)"],
    [[[]], "(())"],
    [{ a: { b: [true, null, "true"] } }, "(a:(b:(true,null,'true')))"],
    [{ "a:b": 1, "2": 3 }, "('2':3,'a:b':1)"],
  ])("writes and reads %j", (value, text) => {
    expect(written(value)).toBe(text);
    expect(read(text)).toEqual(value);
  });
});
