/** Random questions that together say everything that the client's `Question` can. */
import type { Question } from "timelines-client/web";

type Said = Record<string, unknown>;

const SCALES = ["kaplan-webtext2", "cerebras-pile", "a b, (c)", "it's", "1e5", "true", "ü&=+%#"];
const BELIEFS: readonly unknown[] = [
  0.3,
  -0,
  "9.84 to 290",
  "5",
  [6, 24],
  { normal: { mean: 0.3, sd: 0.1 } },
  { logNormal: { median: 50, sdLn: 1 } },
  { uniform: { low: -1, high: 2 } },
  { logUniform: { low: 1e13, high: 1e17 } },
  { point: 3 },
  { interval90: { low: 1, high: 2, log: true } },
  { tabulated: { value: [1, 2.5, 7e30], probability: [0, 0.5, 1] } },
  { beta: { a: 2, b: 0.5 } },
];
const SCENARIOS: readonly unknown[] = [
  "baseline",
  "scenarios/gwern-g3",
  { name: "inline", switches: [{ name: "power", on: false }] },
  {
    name: "mine",
    about: "What it assumes: 'this', (that) & more.\nSecond line, 100 %",
    source: "",
    publishedOn: "2020-07-27",
    overrides: [
      { input: "run.months", set: 6 },
      { input: "power.watts_2030", prior: { interval90: { low: 1e9, high: 4.5e10, log: true } }, source: "Ours." },
    ],
    switches: [{ name: "scaling_break", on: true }],
    target: { gpt3Multiple: 1e5 },
    algorithms: { preset: "ALGORITHMS_PRESET_8MO", ceilingOom: 3 },
  },
  {},
];
const CONDITIONS: readonly unknown[] = [
  "frontier_compute >= 1e28 by 2028-12-31",
  { driver: "price", comparison: "at_most", value: 1e-19, by: "2030-01-01" },
];

/** Numbers from 0 to 1, the same for a seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A question that the client can send. */
export function randomQuestion(next: () => number): Question {
  const one = <Kind>(of: readonly Kind[]): Kind => of[Math.floor(next() * of.length)] as Kind;
  const maybe = (said: () => Said): Said => (next() < 0.4 ? said() : {});
  const number = (): number => one([next(), Math.round(next() * 1e6), 10 ** (next() * 60 - 20), 1e29, 0.1 + 0.2]);
  const [target, isLoss] = targets(one, maybe, number);
  const usd = (): Said => ({
    budgetUsd: number(),
    ...one([{}, { currencyYear: 2020 }, { nominalInflation: next() }]),
  });
  const growing = (): Said => ({
    spendUsd: number(),
    spendFrom: "2027-01-01",
    spendGrowth: one(BELIEFS),
    ...maybe(() => ({ spendCeilingUsd: number() })),
  });
  const payer = one([() => ({}), usd, growing, () => ({ payer: one(["unlimited", "frontier_spend"]) })]);
  const speed = (): unknown => one(["off", "8mo", "16mo", [6, 24], { logNormal: { median: 8, sdLn: 0.5 } }]);
  return {
    ...target,
    ...payer(),
    ...(isLoss ? law(one, maybe, next) : {}),
    ...maybe(() => ({ algorithms: speed(), ...maybe(() => ({ algorithmsCeilingOom: number() })) })),
    ...maybe(() => ({ criterion: one(["affordable", "on_trend", "inference_affordable"]) })),
    ...maybe(() => ({ inferenceUsdPer100Pages: number() })),
    ...maybe(() => ({ price: one(["realised", "list_rental", "amortized_purchase"]) })),
    ...maybe(() => ({ costScope: one(["final_run", "with_staff", "development"]) })),
    ...maybe(() => ({ scenario: one(SCENARIOS) })),
    ...maybe(() => ({ condition: one(CONDITIONS) })),
    ...maybe(() => ({ limitEffects: next() < 0.5 })),
    ...maybe(() => ({ asOf: "2020-07-27" })),
    ...maybe(() => ({ posterior: "2026-11-20-f888b7e49128" })),
    ...maybe(() => ({ horizon: "2050-12" })),
    ...maybe(() => ({ quantiles: [0.1, next(), 0.9] })),
    ...maybe(() => ({ byYears: [2030, 2041] })),
    ...maybe(() => ({ seed: Math.floor(next() * 2 ** 32) })),
    ...maybe(() => ({ maxDraws: 100 + Math.floor(next() * 1e5) })),
  } as unknown as Question;
}

type One = <Kind>(of: readonly Kind[]) => Kind;
type MaybeSaid = (said: () => Said) => Said;

function targets(one: One, maybe: MaybeSaid, number: () => number): [Said, boolean] {
  const scale = one(SCALES);
  const losses: Said[] = [
    { loss: number(), scale },
    { reducibleLoss: number(), scale },
    { bitsPerCharacter: number(), scale, ...maybe(() => ({ charactersPerToken: number() })) },
    {
      indistinguishableTokens: number(),
      scale,
      ...maybe(() => ({ judgeConfidence: 0.8 })),
      ...maybe(() => ({ slowdown: one(BELIEFS) })),
    },
  ];
  const runs: Said[] = [
    { flop: number() },
    { gpt3: number() },
    { brainSeconds: number(), ...maybe(() => ({ brainFlopPerS: one(BELIEFS) })) },
  ];
  const chosen = one([...losses, ...runs]);
  return [chosen, losses.includes(chosen)];
}

function law(one: One, maybe: MaybeSaid, next: () => number): Said {
  return one<() => Said>([
    () => ({}),
    () => ({ law: "kaplan" }),
    () => ({ law: one(["pooled", "power_law"]), ...maybe(() => ({ noise: next() })) }),
    () => ({ law: "mixture", ...maybe(() => ({ powerLawWeight: next() })), ...maybe(() => ({ noise: next() })) }),
    () => ({ noise: next() }),
  ])();
}
