/** A question -> the message that asks it. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";

import { beliefMessage, conditionMessage, isPair, isRecord, jsonMessage, logNormalOf } from "./beliefs.js";
import { check, FORMS } from "./checks.js";
import {
  AlgorithmsPreset,
  CostScope,
  Criterion,
  PriceBasis,
  QuestionSchema,
  ScenarioSchema,
  type AlgorithmsSchema,
  type LawSchema,
  type PayerSchema,
  type Question as QuestionMessage,
  type ScenarioChoiceSchema,
  type TargetSchema,
} from "./gen/timelines/v1/question_pb.js";
import { ALGORITHMS, COST_SCOPES, CRITERIA, PRICES, type Keywords, type Question } from "./question.js";
import { day, flag, INT32, name, number, some, text, UINT32, whole } from "./values.js";

/**
 * The message that asks a question, for the generated stubs.
 *
 * A question that contradicts itself, or a value that does not fit its field, is an `InvalidQuestionError` here;
 * whether a value is sensible, the server says.
 */
export function questionMessage(asked: Question): QuestionMessage {
  check(asked);
  const question: Keywords = asked;
  const at = "question";
  return create(QuestionSchema, {
    target: target(question, `${at}.target`),
    payer: payer(question, `${at}.payer`),
    law: law(question, `${at}.law`),
    algorithms: algorithms(question, `${at}.algorithms`),
    scenario: scenario(question.scenario, `${at}.scenario`),
    condition: optional(question.condition, conditionMessage, `${at}.condition`),
    ...choices(question, at),
    posterior: optional(question.posterior, text, `${at}.posterior`),
    asOf: optional(question.asOf, day, `${at}.as_of`),
    horizon: optional(question.horizon, text, `${at}.horizon`),
    quantiles: optional(question.quantiles, numbers, `${at}.quantiles`) ?? [],
    byYears: optional(question.byYears, years, `${at}.by_years`) ?? [],
    seed: optional(question.seed, (value, path) => whole(value, path, UINT32), `${at}.seed`),
    maxDraws: optional(question.maxDraws, (value, path) => whole(value, path, INT32), `${at}.max_draws`),
  });
}

function optional<Given, Made>(
  value: Given | undefined,
  make: (value: Given, path: string) => Made,
  path: string,
): Made | undefined {
  return value === undefined ? undefined : make(value, path);
}

function numbers(values: unknown, path: string): number[] {
  return some(values, path).map((value, i) => number(value, `${path}[${String(i)}]`));
}

function years(values: unknown, path: string): number[] {
  return some(values, path).map((value, i) => whole(value, `${path}[${String(i)}]`, INT32));
}

function choices(question: Keywords, at: string) {
  const { inferenceUsdPer100Pages, limitEffects, price, costScope } = question;
  const criterion = question.criterion ?? (inferenceUsdPer100Pages === undefined ? undefined : "inference_affordable");
  return {
    criterion: numbered(Criterion, criterion, CRITERIA, `${at}.criterion`),
    priceBasis: numbered(PriceBasis, price, PRICES, `${at}.price_basis`),
    costScope: numbered(CostScope, costScope, COST_SCOPES, `${at}.cost_scope`),
    inferenceUsdPer100Pages: optional(inferenceUsdPer100Pages, number, `${at}.inference_usd_per_100_pages`),
    limitEffects: optional(limitEffects, flag, `${at}.limit_effects`) ?? false,
  };
}

/** The number of a value of a generated enum, by its small word; that of the default where there is none. */
function numbered<Value extends number>(
  values: Readonly<Record<string, string | Value>>,
  word: unknown,
  known: readonly string[],
  path: string,
  prefix = "",
): Value {
  const chosen = word === undefined ? "unspecified" : name(word, path, known);
  return values[prefix + chosen.toUpperCase()] as Value;
}

function target(question: Keywords, path: string): MessageInitShape<typeof TargetSchema> | undefined {
  const { loss, reducibleLoss, bitsPerCharacter, indistinguishableTokens, flop, gpt3 } = question;
  const scaled = (kind: string): string => text(question.scale, `${path}.${kind}.scale`);
  if (loss !== undefined) {
    const natsPerToken = number(loss, `${path}.loss.nats_per_token`);
    return { target: { case: "loss", value: { natsPerToken, scale: scaled("loss") } } };
  }
  if (reducibleLoss !== undefined) {
    const natsPerToken = number(reducibleLoss, `${path}.reducible_loss.nats_per_token`);
    return { target: { case: "reducibleLoss", value: { natsPerToken, scale: scaled("reducible_loss") } } };
  }
  if (bitsPerCharacter !== undefined) return bits(question, scaled("bits_per_character"), path);
  if (indistinguishableTokens !== undefined) return tokens(question, scaled("indistinguishable_tokens"), path);
  if (flop !== undefined) {
    return { target: { case: "trainingFlop", value: number(flop, `${path}.training_flop`) } };
  }
  if (gpt3 !== undefined) return { target: { case: "gpt3Multiple", value: number(gpt3, `${path}.gpt3_multiple`) } };
  return brain(question, `${path}.brain_anchor`);
}

function bits(question: Keywords, scale: string, path: string): MessageInitShape<typeof TargetSchema> {
  const at = `${path}.bits_per_character`;
  const value = number(question.bitsPerCharacter, `${at}.value`);
  const charactersPerToken = optional(question.charactersPerToken, number, `${at}.characters_per_token`);
  return { target: { case: "bitsPerCharacter", value: { value, scale, charactersPerToken } } };
}

function tokens(question: Keywords, scale: string, path: string): MessageInitShape<typeof TargetSchema> {
  const at = `${path}.indistinguishable_tokens`;
  const value = {
    tokens: number(question.indistinguishableTokens, `${at}.tokens`),
    scale,
    judgeConfidence: optional(question.judgeConfidence, number, `${at}.judge_confidence`),
    slowdown: optional(question.slowdown, beliefMessage, `${at}.slowdown`),
  };
  return { target: { case: "indistinguishableTokens", value } };
}

function brain(question: Keywords, path: string): MessageInitShape<typeof TargetSchema> | undefined {
  if (question.brainSeconds === undefined && question.brainFlopPerS === undefined) return undefined;
  const value = {
    flopPerS: optional(question.brainFlopPerS, beliefMessage, `${path}.flop_per_s`),
    trainingSeconds: optional(question.brainSeconds, number, `${path}.training_seconds`),
  };
  return { target: { case: "brainAnchor", value } };
}

function payer(question: Keywords, path: string): MessageInitShape<typeof PayerSchema> | undefined {
  if (question.payer !== undefined) {
    return { payer: { case: question.payer === "unlimited" ? "unlimited" : "frontierSpend", value: {} } };
  }
  if (question.spendUsd !== undefined) return spend(question, `${path}.spend_path`);
  if (question.budgetUsd === undefined) return undefined;
  if (question.currencyYear !== undefined || question.nominalInflation !== undefined) {
    return stated(question, `${path}.stated`);
  }
  return { payer: { case: "fixedUsd2023", value: number(question.budgetUsd, `${path}.fixed_usd_2023`) } };
}

function spend(question: Keywords, path: string): MessageInitShape<typeof PayerSchema> {
  const value = {
    usd2023: number(question.spendUsd, `${path}.usd_2023`),
    fromDate: day(question.spendFrom, `${path}.from_date`),
    growthOomPerYear: beliefMessage(question.spendGrowth, `${path}.growth_oom_per_year`),
    ceilingUsd2023: optional(question.spendCeilingUsd, number, `${path}.ceiling_usd_2023`),
  };
  return { payer: { case: "spendPath", value } };
}

function stated(question: Keywords, path: string): MessageInitShape<typeof PayerSchema> {
  const usd = number(question.budgetUsd, `${path}.usd`);
  if (question.currencyYear !== undefined) {
    const value = whole(question.currencyYear, `${path}.currency_year`, INT32);
    return { payer: { case: "stated", value: { usd, basis: { case: "currencyYear", value } } } };
  }
  const value = number(question.nominalInflation, `${path}.nominal_inflation`);
  return { payer: { case: "stated", value: { usd, basis: { case: "nominalInflation", value } } } };
}

function law(question: Keywords, path: string): MessageInitShape<typeof LawSchema> | undefined {
  const { law: chosen, noise } = question;
  if (chosen === undefined && noise === undefined) return undefined;
  if (chosen !== undefined && !FORMS.includes(chosen)) {
    return { law: { case: "published", value: { name: text(chosen, `${path}.published.name`) } } };
  }
  const kind = chosen ?? "pooled";
  const relativeNoise = optional(noise, number, `${path}.${kind}.relative_noise`);
  if (kind === "mixture") {
    const powerLawWeight = optional(question.powerLawWeight, number, `${path}.mixture.power_law_weight`);
    return { law: { case: "mixture", value: { relativeNoise, powerLawWeight } } };
  }
  return { law: { case: kind === "power_law" ? "powerLaw" : "pooled", value: { relativeNoise } } };
}

function algorithms(question: Keywords, path: string): MessageInitShape<typeof AlgorithmsSchema> | undefined {
  const chosen: unknown = question.algorithms;
  if (chosen === undefined) return undefined;
  const ceilingOom = optional(question.algorithmsCeilingOom, number, `${path}.ceiling_oom`);
  const months = halvingMonths(chosen, `${path}.prior.halving_months`);
  if (months !== undefined) {
    return { algorithms: { case: "prior", value: { halvingMonths: months } }, ceilingOom };
  }
  const value = numbered(AlgorithmsPreset, chosen, ALGORITHMS, path, "ALGORITHMS_PRESET_");
  return { algorithms: { case: "preset", value }, ceilingOom };
}

function halvingMonths(chosen: unknown, path: string): { median: number; sdLn: number } | undefined {
  if (isPair(chosen)) return logNormalOf([number(chosen[0], path), number(chosen[1], path)], path);
  const prior = isRecord(chosen) ? chosen["logNormal"] : undefined;
  if (!isRecord(prior)) return undefined;
  return { median: number(prior["median"], `${path}.median`), sdLn: number(prior["sdLn"], `${path}.sd_ln`) };
}

function scenario(chosen: unknown, path: string): MessageInitShape<typeof ScenarioChoiceSchema> | undefined {
  if (chosen === undefined) return undefined;
  if (!isRecord(chosen)) return { choice: { case: "name", value: text(chosen, `${path}.name`) } };
  return { choice: { case: "inline", value: jsonMessage(ScenarioSchema, chosen, `${path}.inline`) } };
}
