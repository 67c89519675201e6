/** The same question by the Python client and by this one has the same answer. */
import { expect, inject, test } from "vitest";

import { snake } from "../src/checks.js";
import { connect } from "../src/node.js";
import { KEYWORDS, type Question } from "../src/question.js";
import { python } from "./server.js";

const address = inject("server");
const SCALE = "kaplan-webtext2";

const ASKED: readonly Question[] = [
  { flop: 2e29 },
  { loss: 1.24, scale: SCALE, budgetUsd: 1e9 },
  { loss: 0.86, scale: SCALE, budgetUsd: 1e9, law: "kaplan", algorithms: "16mo", price: "amortized_purchase" },
  { loss: 1.24, scale: SCALE, law: "mixture", noise: 0.02, algorithms: [6, 24], horizon: "2045-12" },
  { gpt3: 1e5, spendUsd: 1e9, spendFrom: "2027-01-01", spendGrowth: "0.1 to 0.3", byYears: [2031, 2044] },
  { bitsPerCharacter: 0.7, scale: SCALE, budgetUsd: 5e6, currencyYear: 2020, costScope: "with_staff" },
  { brainSeconds: 1e9, brainFlopPerS: { logUniform: { low: 1e13, high: 1e17 } }, payer: "unlimited" },
  { flop: 1e29, condition: "frontier_compute >= 1e28 by 2030-12-31", limitEffects: true, quantiles: [0.2, 0.8] },
];

const PYTHON = `
import dataclasses, json, sys
from timelines import Client
from timelines.question import KEYWORDS
told = []
with Client() as client:
    for question in json.load(sys.stdin):
        answer = client.when(**question)
        told.append({
            "years": [answer.median, *answer.interval(0.8), *answer.interval(0.95), answer.quantile(0.25)],
            "pBy": [answer.p_by(year) for year in (2026, 2030, 2044)],
            "masses": [answer.p_already, answer.p_beyond_horizon, answer.p_never, answer.p_never_mcse],
            "quantiles": [[q.probability, q.position, q.decimal_year, q.date, q.mcse_years] for q in answer.quantiles],
            "pByYear": [[p.year, p.probability, p.mcse] for p in answer.p_by_year],
            "limits": [[l.limit, l.share_of_arrivals, l.median_without] for l in answer.binding_limits],
            "cdf": [answer.cdf.decimal_year, answer.cdf.probability],
            "csv": [line.split(",")[:3] for line in answer.to_csv().splitlines()],
            "hash": answer.provenance.scenario_hash,
        })
print(json.dumps({"told": told, "keywords": sorted(KEYWORDS)}))
`;

test.skipIf(address === "")("both clients have the same keywords and read the same numbers", async () => {
  const questions = ASKED.map((question) =>
    Object.fromEntries(Object.entries(question).map(([keyword, value]) => [snake(keyword), value as unknown])),
  );
  const said = await python(PYTHON, JSON.stringify(questions), { TIMELINES_SERVER: address });
  // Python writes infinities as JSON has none: they are compared as a number that no answer has.
  const { told, keywords } = JSON.parse(said.replaceAll("Infinity", "1e999")) as {
    told: unknown[];
    keywords: string[];
  };
  expect(KEYWORDS.map(snake).sort()).toEqual(keywords);
  using client = connect(address);
  for (const [i, question] of ASKED.entries()) {
    const answer = await client.when(question);
    const ours = {
      years: [answer.median, ...answer.interval(0.8), ...answer.interval(0.95), answer.quantile(0.25)],
      pBy: [2026, 2030, 2044].map((year) => answer.pBy(year)),
      masses: [answer.pAlready, answer.pBeyondHorizon, answer.pNever, answer.pNeverMcse],
      quantiles: answer.quantiles.map((q) =>
        [q.probability, q.position, q.decimalYear, q.date, q.mcseYears].map(orNull),
      ),
      pByYear: answer.pByYear.map(({ year, probability, mcse }) => [year, probability, mcse]),
      limits: answer.bindingLimits.map((one) => [one.limit, one.shareOfArrivals, one.medianWithout].map(orNull)),
      cdf: [answer.cdf.decimalYear, answer.cdf.probability],
      csv: answer
        .toCsv()
        .trimEnd()
        .split("\n")
        .map((line) => line.split(",").slice(0, 3)),
      hash: answer.provenance.scenarioHash,
    };
    expect(ours, JSON.stringify(question)).toEqual(told[i]);
  }
});

function orNull(value: unknown): unknown {
  return value ?? null;
}
