/** The message of a settled question -> the question, as keywords. */
import { toJson } from "@bufbuild/protobuf";

import { askedBelief, askedCondition } from "./beliefs.js";
import {
  AlgorithmsPreset,
  CostScope,
  Criterion,
  PriceBasis,
  ScenarioSchema,
  type Algorithms,
  type Law,
  type Payer,
  type Question as QuestionMessage,
  type ScenarioChoice,
  type Target,
} from "./gen/timelines/v1/question_pb.js";
import type { AlgorithmsChoice, Keywords, Question } from "./question.js";
import { chosenWord } from "./words.js";

/** The question that a message asks, as keywords; what it leaves to a default is not among them. */
export function askedQuestion(message: QuestionMessage): Question {
  const asked: Keywords = {
    ...askedTarget(message.target),
    ...askedPayer(message.payer),
    ...askedLaw(message.law),
    ...askedAlgorithms(message.algorithms),
    scenario: askedScenario(message.scenario),
    condition: message.condition && askedCondition(message.condition),
    criterion: chosenWord(Criterion, message.criterion) as Keywords["criterion"],
    price: chosenWord(PriceBasis, message.priceBasis) as Keywords["price"],
    costScope: chosenWord(CostScope, message.costScope) as Keywords["costScope"],
    inferenceUsdPer100Pages: message.inferenceUsdPer100Pages,
    limitEffects: message.limitEffects || undefined,
    asOf: message.asOf,
    posterior: message.posterior,
    horizon: message.horizon,
    quantiles: message.quantiles.length > 0 ? message.quantiles : undefined,
    byYears: message.byYears.length > 0 ? message.byYears : undefined,
    seed: message.seed,
    maxDraws: message.maxDraws,
  };
  const given = Object.entries(asked).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as Question;
}

function askedTarget(message: Target | undefined): Keywords {
  const { target } = message ?? {};
  switch (target?.case) {
    case undefined:
      return {};
    case "loss":
      return { loss: target.value.natsPerToken, scale: target.value.scale };
    case "reducibleLoss":
      return { reducibleLoss: target.value.natsPerToken, scale: target.value.scale };
    case "bitsPerCharacter": {
      const { value, scale, charactersPerToken } = target.value;
      return { bitsPerCharacter: value, scale, charactersPerToken };
    }
    case "indistinguishableTokens": {
      const { tokens, scale, judgeConfidence, slowdown } = target.value;
      return { indistinguishableTokens: tokens, scale, judgeConfidence, slowdown: askedBelief(slowdown) };
    }
    case "trainingFlop":
      return { flop: target.value };
    case "gpt3Multiple":
      return { gpt3: target.value };
    case "brainAnchor": {
      const { trainingSeconds, flopPerS } = target.value;
      return { brainSeconds: trainingSeconds, brainFlopPerS: askedBelief(flopPerS) };
    }
  }
}

function askedPayer(message: Payer | undefined): Keywords {
  const { payer } = message ?? {};
  const stated = payer?.case === "stated" ? payer.value : message?.convertedFrom;
  if (stated !== undefined) {
    // Asked again, it is converted again.
    const { usd, basis } = stated;
    return basis.case === undefined ? { budgetUsd: usd } : { budgetUsd: usd, [basis.case]: basis.value };
  }
  switch (payer?.case) {
    case "fixedUsd2023":
      return { budgetUsd: payer.value };
    case "frontierSpend":
      return { payer: "frontier_spend" };
    case "unlimited":
      return { payer: "unlimited" };
    case "spendPath":
      return {
        spendUsd: payer.value.usd2023,
        spendFrom: payer.value.fromDate,
        spendGrowth: askedBelief(payer.value.growthOomPerYear),
        spendCeilingUsd: payer.value.ceilingUsd2023,
      };
    default:
      return {};
  }
}

function askedLaw(message: Law | undefined): Keywords {
  const { law } = message ?? {};
  switch (law?.case) {
    case undefined:
      return {};
    case "published":
      return { law: law.value.name };
    case "mixture":
      return { law: "mixture", noise: law.value.relativeNoise, powerLawWeight: law.value.powerLawWeight };
    case "powerLaw":
      return { law: "power_law", noise: law.value.relativeNoise };
    case "pooled":
      return { law: "pooled", noise: law.value.relativeNoise };
  }
}

function askedAlgorithms(message: Algorithms | undefined): Keywords {
  const algorithmsCeilingOom = message?.ceilingOom;
  switch (message?.algorithms.case) {
    case undefined:
      return {};
    case "preset": {
      const preset = AlgorithmsPreset[message.algorithms.value].replace(/^.*PRESET_/, "").toLowerCase();
      return { algorithms: preset as AlgorithmsChoice, algorithmsCeilingOom };
    }
    case "prior": {
      const { median = 0, sdLn = 0 } = message.algorithms.value.halvingMonths ?? {};
      return { algorithms: { logNormal: { median, sdLn } }, algorithmsCeilingOom };
    }
  }
}

function askedScenario(message: ScenarioChoice | undefined): Keywords["scenario"] {
  const { choice } = message ?? {};
  return choice?.case === "inline" ? toJson(ScenarioSchema, choice.value) : choice?.value;
}
