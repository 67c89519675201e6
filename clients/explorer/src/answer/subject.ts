/** What a question is about, in words: the beginning and the end of the sentence that an answer opens with. */
import { Comparison, ConditionDriver, CostScope, type Condition, type Payer, type Target } from "timelines-client/v1";
import type { Override, Question as QuestionMessage, Scenario, Switch } from "timelines-client/v1";

import { LIMITS } from "../facts/index.js";
import { money, monthOfDay, number } from "./figures.js";

/** What caps a single run beside money. */
const PHYSICAL: ReadonlySet<string> = new Set(LIMITS.filter(({ physical }) => physical).map(({ name }) => name));

/** The target as the subject of a sentence. */
export function targetWords(message: Target | undefined): string {
  const target = message?.target;
  switch (target?.case) {
    case undefined:
      return "The target";
    case "loss": {
      const { natsPerToken, scale } = target.value;
      return `A loss of ${six(natsPerToken)} ${natsPerToken === 1 ? "nat" : "nats"} per token on ${scale}`;
    }
    case "reducibleLoss":
      return `A loss ${number(target.value.natsPerToken)} nats per token above the floor on ${target.value.scale}`;
    case "bitsPerCharacter":
      return `A loss of ${number(target.value.value)} bits per character on ${target.value.scale}`;
    case "indistinguishableTokens":
      return `Text that a judge cannot tell from ${target.value.scale} for ${number(target.value.tokens)} tokens`;
    case "brainAnchor":
      return `The compute of a brain over ${number(target.value.trainingSeconds ?? 0)} seconds`;
    case "gpt3Multiple":
      return `A run of ${number(target.value)} times GPT-3's compute`;
    case "trainingFlop":
      return `${articleOf(number(target.value))} ${number(target.value)} FLOP run`;
  }
}

function articleOf(figure: string): string {
  return /^(8|11|18)/.test(figure) ? "An" : "A";
}

/** Six significant digits. */
function six(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Who pays, as it ends a sentence; a sum in the dollars in which it was stated. */
export function payerWords(message: Payer | undefined): string {
  const payer = message?.payer;
  if (payer?.case === "unlimited") return "whatever it costs";
  const stated = payer?.case === "stated" ? payer.value : message?.convertedFrom;
  if (stated !== undefined) {
    const year = stated.basis.case === "currencyYear" ? String(stated.basis.value) : "the day";
    return `for ${money(stated.usd)} in dollars of ${year}`;
  }
  if (payer?.case === "spendPath") {
    return `for a growing budget (${money(payer.value.usd2023)} in ${payer.value.fromDate.slice(0, 4)})`;
  }
  return payer?.case === "fixedUsd2023" ? `for ${money(payer.value)}` : "for the frontier's spend";
}

const DRIVERS: Readonly<Partial<Record<ConditionDriver, readonly [what: string, unit: string]>>> = {
  [ConditionDriver.FRONTIER_COMPUTE]: ["the largest run so far", "FLOP"],
  [ConditionDriver.PRICE]: ["the price of compute", "2023 US dollars per FLOP"],
  [ConditionDriver.ALGORITHMS]: ["algorithmic efficiency", "times that of the as-of date"],
  [ConditionDriver.SPEND]: ["the spend on the largest run so far", "2023 US dollars"],
};

/** An event on a driver, as a clause. */
export function eventWords(condition: Condition): string {
  const [what, unit] = DRIVERS[condition.driver] ?? ["a driver", ""];
  const side = condition.comparison === Comparison.AT_MOST ? "at most" : "at least";
  return `${what} is ${side} ${number(condition.value)} ${unit} in ${monthOfDay(condition.by)}`;
}

/** The beginning of a sentence, after the scenario and the condition that it is subject to. */
export function subjectTo(question: QuestionMessage, subject: string): string {
  let under = scenarioClause(question);
  if (question.condition !== undefined) under += `if ${eventWords(question.condition)}, `;
  return under === "" ? subject : `${upperFirst(under)}${subject.charAt(0).toLowerCase()}${subject.slice(1)}`;
}

/** A scenario as a sentence begins: its name, or what one without a name switches and sets. */
function scenarioClause(question: QuestionMessage): string {
  const choice = question.scenario?.choice;
  if (choice?.case === "inline" && ["", "inline"].includes(choice.value.name)) return otherwise(choice.value);
  const name = choice?.case === "inline" ? choice.value.name : (choice?.value ?? "baseline");
  return name === "baseline" ? "" : `in the scenario ${name}, `;
}

function otherwise({ switches, overrides }: Scenario): string {
  const told = listed([...turned(switches, false), ...turned(switches, true), ...setOtherwise(overrides)]);
  return told === "" ? "" : `with ${told}, `;
}

function turned(switches: readonly Switch[], which: boolean): readonly string[] {
  const names = switches.filter(({ on }) => on === which).map(({ name }) => name);
  const words = (limits: boolean): readonly string[] =>
    names
      .filter((name) => PHYSICAL.has(name) === limits)
      .sort()
      .map((name) => name.replaceAll("_", " "));
  const limits = words(true);
  const told = limits.length === 0 ? [] : [`the limit${limits.length > 1 ? "s" : ""} of ${listed(limits)}`];
  return names.length === 0 ? [] : [`${listed([...told, ...words(false)])} ${which ? "on" : "off"}`];
}

function setOtherwise(overrides: readonly Override[]): readonly string[] {
  if (overrides.length > 2) return [`${String(overrides.length)} inputs set otherwise`];
  const inOrder = overrides.toSorted((one, other) => (one.input < other.input ? -1 : 1));
  return inOrder.map(({ input, override }) =>
    override.case === "set" ? `${input} set to ${number(override.value)}` : `another prior of ${input}`,
  );
}

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  const before = names.slice(0, -1).join(", ");
  return [before, ...names.slice(-1)].filter((part) => part !== "").join(" and ");
}

export function upperFirst(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** For whom it is affordable. */
export function forWhom(question: QuestionMessage): string {
  if (question.inferenceUsdPer100Pages !== undefined) {
    return `to run at ${money(question.inferenceUsdPer100Pages)} for 100 pages`;
  }
  const beside = {
    [CostScope.WITH_STAFF]: ", staff included,",
    [CostScope.DEVELOPMENT]: ", staff and experiments included,",
  };
  return `${payerWords(question.payer)}${(beside as Partial<Record<CostScope, string>>)[question.costScope] ?? ""}`;
}
