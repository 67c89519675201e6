/** What the compiler accepts and refuses in the code of people who use the client; `npm run types` looks at it. */
import { connect, type Answer, type BatchItem, type PositionName, type Question } from "../src/node.js";

export async function accepted(budgetUsd: number | undefined, asOf: string | Date): Promise<number> {
  using client = connect("127.0.0.1:8433", { token: "t", tls: { caFile: "ca.pem" }, deadlineMs: 3000, retry: false });
  const answer: Answer = await client.when({ loss: 1.24, scale: "s", budgetUsd, asOf }, { deadlineMs: 1500 });
  const questions: Question[] = [
    { flop: 1e29, criterion: "on_trend", quantiles: [0.1, 0.9], byYears: [2030] },
    { gpt3: 100, payer: "frontier_spend", algorithms: [6, 12], price: "list_rental" },
    { flop: 1e29, algorithms: { logNormal: { median: 8, sdLn: 0.2 } }, algorithmsCeilingOom: 3 },
    { reducibleLoss: 0.2, scale: "s", spendUsd: 1e9, spendFrom: asOf, spendGrowth: [0.1, 0.3], noise: 0.02 },
    { bitsPerCharacter: 0.7, scale: "s", charactersPerToken: 4, budgetUsd: 5e6, currencyYear: 2020 },
    { indistinguishableTokens: 1e4, scale: "s", slowdown: "9.84 to 290", costScope: "final_run" },
    { brainSeconds: 1e9, brainFlopPerS: { logUniform: { low: 1e13, high: 1e17 } }, payer: "unlimited" },
    { scenario: "gwern-g3", condition: { driver: "spend", comparison: "at_least", value: 1e10, by: "2029-01-01" } },
    answer.question,
  ];
  for await (const item of client.batch(questions, { inFlight: 8 })) {
    const told: BatchItem = item;
    if (told.error !== undefined) throw told.error;
    const years: number = told.answer.median;
    if (years > 2060) break;
  }
  const position: PositionName | undefined = answer.quantiles[0]?.position;
  return position === "never" ? Infinity : answer.interval()[1];
}

// @ts-expect-error there is no target
export const noTarget: Question = { budgetUsd: 1e9 };
// @ts-expect-error two targets
export const twoTargets: Question = { flop: 1e29, gpt3: 100 };
// @ts-expect-error a loss without its scale
export const noScale: Question = { loss: 1.24 };
// @ts-expect-error a scale without a loss
export const onlyScale: Question = { flop: 1e29, scale: "kaplan-webtext2" };
// @ts-expect-error a law without a loss
export const noLoss: Question = { flop: 1e29, law: "kaplan" };
// @ts-expect-error a detail of another target
export const another: Question = { loss: 1.24, scale: "s", slowdown: 3 };
// @ts-expect-error a price that there is not
export const cheap: Question = { flop: 1e29, price: "cheap" };
// @ts-expect-error a keyword of the Python client
export const python: Question = { flop: 1e29, budget_usd: 1e9 };
