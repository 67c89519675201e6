/**
 * The state as the part of a link behind `#`, and back.
 *
 *     #v=1&loss=0.86&scale=kaplan-webtext2&budgetUsd=1e9&pin=(name:'with Kaplan',loss:0.86,...)
 *
 * Every keyword of the question has its own name; what a question leaves to the server's default is left out. A link
 * that says anything that this page cannot read asks nothing by halves: it is named, and the default question stands in.
 */
import { questionMessage, TimelinesError, type Question } from "timelines-client/web";

import type { Pin, State } from "../contract";
import { read, written, type Value } from "./notation";

export const VERSION = 1;
export const MOST_PINS = 5;

/** What the page asks when nothing is said. */
export const DEFAULT_QUESTION: Question = { loss: 0.86, scale: "kaplan-webtext2", budgetUsd: 1e9 };
export const DEFAULT_STATE: State = { question: DEFAULT_QUESTION, pins: [] };

/** A link, read: the state, and what of it could not be read, in words. */
export interface Linked {
  readonly state: State;
  readonly problem: string | undefined;
}

type Record_ = Readonly<Record<string, Value>>;

/** The text behind `#` that holds a state. */
export function linkOf({ question, pins }: State): string {
  const said = Object.entries(values(question)).map(([name, value]) => part(name, value));
  const held = pins.map(({ name, question: pinned }) => part("pin", { name, ...values(pinned) }));
  return ["v=1", ...said, ...held].join("&");
}

/** The state of a link's text behind `#`. */
export function stateOf(hash: string): Linked {
  const text = hash.replace(/^#/, "");
  if (text === "") return { state: DEFAULT_STATE, problem: undefined };
  try {
    return settled(parts(text));
  } catch (wrong) {
    return broken(wrong);
  }
}

/** Whether two states ask the same. */
export function same(one: State, other: State): boolean {
  return one === other || linkOf(one) === linkOf(other);
}

function values(question: Question): Record_ {
  const given = Object.entries(question as unknown as Readonly<Record<string, unknown>>).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(given.map(([name, value]) => [name, plain(value)]));
}

/** A date as its day; everything else is written as it is. */
function plain(value: unknown): Value {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  if (typeof value !== "object" || value === null) return value as Value;
  if (Array.isArray(value)) return value.map(plain);
  const given = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(given.map(([name, one]) => [name, plain(one)]));
}

function part(name: string, value: Value): string {
  return `${encoded(name)}=${encoded(written(value))}`;
}

/** Percent signs only where a link needs them: what people read stays as it is. */
function encoded(text: string): string {
  const kept = encodeURIComponent(text.replaceAll(/\p{Surrogate}/gu, "\ufffd"));
  return kept.replaceAll(/%(?:2C|3A|2F|40|3B)/g, (code) => decodeURIComponent(code)).replaceAll("%20", "+");
}

function decoded(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}

function parts(text: string): [string, Value][] {
  return text.split("&").filter(Boolean).map(valueOf);
}

function valueOf(said: string): [string, Value] {
  const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(said) ?? [];
  try {
    return [decoded(name), read(decoded(value))];
  } catch (wrong) {
    const why = wrong instanceof SyntaxError ? wrong.message : "it holds a stray percent sign";
    throw new SyntaxError(`what it says of ${name.slice(0, 40)} cannot be read: ${why}`, { cause: wrong });
  }
}

function settled(found: readonly [string, Value][]): Linked {
  const version = found.find(([name]) => name === "v")?.[1] ?? VERSION;
  if (version !== VERSION) {
    throw new SyntaxError(`it is of version ${written(version)}, and this page reads version ${String(VERSION)}`);
  }
  const said = found.filter(([name]) => name !== "v" && name !== "pin");
  const twice = said.find(([name], i) => said.slice(0, i).some(([before]) => before === name));
  if (twice !== undefined) throw new SyntaxError(`it says ${twice[0]} twice`);
  const question = said.length === 0 ? DEFAULT_QUESTION : checked(Object.fromEntries(said));
  return { state: { question, pins: pinned(found) }, problem: undefined };
}

function pinned(found: readonly [string, Value][]): Pin[] {
  const pins = found.filter(([name]) => name === "pin").map(([, value]) => pinOf(value));
  if (pins.length > MOST_PINS) throw new SyntaxError(`it holds ${String(pins.length)} pins, and five fit`);
  const twice = pins.find(({ name }, i) => pins.slice(0, i).some((before) => before.name === name));
  if (twice !== undefined) throw new SyntaxError(`two of its pins are called ${twice.name}`);
  return pins;
}

function pinOf(value: Value): Pin {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new SyntaxError("a pin has no question");
  const { name, ...question } = value as Record_;
  if (typeof name !== "string" || name === "") throw new SyntaxError("a pin has no name");
  return { name, question: checked(question) };
}

/** A question that the client can send; its values the server checks. */
function checked(said: Record_): Question {
  const question = said as unknown as Question;
  questionMessage(question);
  return question;
}

function broken(wrong: unknown): Linked {
  const known = wrong instanceof SyntaxError || wrong instanceof TimelinesError;
  // Everything that there is to know would be a page of its own.
  const why = known ? wrong.message.replace(/; known:.*$/s, "") : "it cannot be read";
  return { state: DEFAULT_STATE, problem: `This link was not understood: ${why}. The page asks its default question.` };
}
