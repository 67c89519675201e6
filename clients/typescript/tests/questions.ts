import type { Question } from "../src/question.js";

const SCALE = "kaplan-webtext2";

/** Questions that have every keyword between them, and come back as they were asked. */
export const QUESTIONS: readonly Question[] = [
  { flop: 2e29 },
  { loss: 1.24, scale: SCALE, budgetUsd: 1e9, law: "pooled", noise: 0.02, algorithms: "8mo", algorithmsCeilingOom: 6 },
  { reducibleLoss: 0.2, scale: SCALE, budgetUsd: 1e9, currencyYear: 2020, law: "mixture", powerLawWeight: 0.1 },
  { bitsPerCharacter: 0.7, scale: SCALE, charactersPerToken: 4, payer: "unlimited", law: "power_law" },
  {
    indistinguishableTokens: 1e4,
    scale: SCALE,
    judgeConfidence: 0.8,
    slowdown: { logNormal: { median: 50, sdLn: 1 } },
  },
  { gpt3: 1e4, payer: "frontier_spend", price: "list_rental", costScope: "development", seed: 7, maxDraws: 500 },
  {
    brainSeconds: 1e9,
    brainFlopPerS: { logUniform: { low: 1e13, high: 1e17 } },
    budgetUsd: 1e10,
    nominalInflation: 0.02,
  },
  {
    flop: 1e29,
    spendUsd: 1e9,
    spendFrom: "2027-01-01",
    spendGrowth: { normal: { mean: 0.3, sd: 0.1 } },
    spendCeilingUsd: 1e12,
    condition: { driver: "frontier_compute", comparison: "at_least", value: 1e28, by: "2028-12-31" },
  },
  { scenario: "gwern-g3", criterion: "on_trend", limitEffects: true, posterior: "p", asOf: "2026-11-20" },
  { flop: 1e29, scenario: { name: "mine", switches: [{ name: "power", on: false }] }, horizon: "2050-12" },
  { loss: 1.24, scale: SCALE, inferenceUsdPer100Pages: 0.01, criterion: "inference_affordable", law: "kaplan" },
  { flop: 1e29, algorithms: { logNormal: { median: 8, sdLn: 0.5 } }, quantiles: [0.1, 0.9], byYears: [2030, 2040] },
];
