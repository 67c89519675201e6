/**
 * A question as keywords: those of the Python client in camelCase, so that `budget_usd` is `budgetUsd`.
 *
 * What is left out takes the server's default, which is told back as `answer.question`. The compiler refuses no target
 * or two, a loss without its scale, and details of another target.
 */
import type { Belief, Condition, Interval } from "./beliefs.js";
import type { LogNormalJson, ScenarioJson } from "./gen/timelines/v1/question_pb.js";

export const CRITERIA = ["affordable", "on_trend", "inference_affordable"] as const;
export const PRICES = ["realised", "list_rental", "amortized_purchase"] as const;
export const COST_SCOPES = ["final_run", "with_staff", "development"] as const;
export const PAYERS = ["frontier_spend", "unlimited"] as const;
export const ALGORITHMS = ["off", "8mo", "16mo"] as const;

/** Whether the payer can buy it, the frontier of compute reaches it, or 100 pages cost less than a bound. */
export type Criterion = (typeof CRITERIA)[number];
/** Which price of compute is meant. */
export type PriceBasis = (typeof PRICES)[number];
/** What the money pays for. */
export type CostScope = (typeof COST_SCOPES)[number];
/** A payer that needs no sum. */
export type PayerName = (typeof PAYERS)[number];
/** Off, a published halving time, the 90 % interval of one in months, or a prior of your own. */
export type AlgorithmsChoice = (typeof ALGORITHMS)[number] | Interval | { readonly logNormal: Required<LogNormalJson> };

type Maybe<T> = T | undefined;

/** Keywords that go with every target. */
export interface QuestionOptions {
  /** A fixed sum, in constant 2023 US dollars unless one of the next two says otherwise. */
  readonly budgetUsd?: Maybe<number>;
  /** The year of its dollars. */
  readonly currencyYear?: Maybe<number>;
  /** The share by which prices rise a year, for dollars of the day. */
  readonly nominalInflation?: Maybe<number>;
  /** A budget that grows: the sum on a day, constant 2023 US dollars. */
  readonly spendUsd?: Maybe<number>;
  /** That day, YYYY-MM-DD. */
  readonly spendFrom?: Maybe<Date | string>;
  /** By how many orders of magnitude it grows a year. */
  readonly spendGrowth?: Maybe<Belief>;
  /** The most that it grows to, constant 2023 US dollars. */
  readonly spendCeilingUsd?: Maybe<number>;
  /** A payer that needs no sum; without any the frontier's own spend pays. */
  readonly payer?: Maybe<PayerName>;
  /** What counts as reached. */
  readonly criterion?: Maybe<Criterion>;
  /** The most that 100 pages may cost, 2023 US dollars; it implies the criterion `inference_affordable`. */
  readonly inferenceUsdPer100Pages?: Maybe<number>;
  /** How fast algorithms lower the compute that a fixed loss needs. */
  readonly algorithms?: Maybe<AlgorithmsChoice>;
  /** The most that algorithms can ever give, orders of magnitude. */
  readonly algorithmsCeilingOom?: Maybe<number>;
  /** Which price of compute is meant. */
  readonly price?: Maybe<PriceBasis>;
  /** What the money pays for. */
  readonly costScope?: Maybe<CostScope>;
  /** What is assumed: a name, or a scenario of your own. */
  readonly scenario?: Maybe<string | ScenarioJson>;
  /** An event under which is asked, such as `frontier_compute >= 1e28 by 2028-12-31`. */
  readonly condition?: Maybe<Condition | string>;
  /** Whether the answer says by how many years each limit moves it. */
  readonly limitEffects?: Maybe<boolean>;
  /** Start of the forecast, YYYY-MM-DD; selects the posterior fitted as of that day. */
  readonly asOf?: Maybe<Date | string>;
  /** Name of a posterior. */
  readonly posterior?: Maybe<string>;
  /** Last month that counts as within, YYYY-MM. */
  readonly horizon?: Maybe<string>;
  /** Probabilities above 0 and below 1. */
  readonly quantiles?: Maybe<readonly number[]>;
  /** Calendar years by whose end the probability of arrival is asked. */
  readonly byYears?: Maybe<readonly number[]>;
  /** Seed of the simulation. */
  readonly seed?: Maybe<number>;
  /** Posterior draws to use at most. */
  readonly maxDraws?: Maybe<number>;
}

/** Keywords that go with a loss. */
export interface LawOptions {
  /** `pooled`, `mixture`, `power_law` or the name of a published law. */
  readonly law?: Maybe<string>;
  /** Relative noise with which a published law enters the pool. */
  readonly noise?: Maybe<number>;
  /** Share of the power law in the mixture. */
  readonly powerLawWeight?: Maybe<number>;
}

/** Targets and their details, one of which a question has. */
interface Targets {
  /** A loss in nats per token, on `scale`. */
  readonly loss: number;
  /** A loss above the irreducible one, in nats per token, on `scale`. */
  readonly reducibleLoss: number;
  /** A loss in bits per character, on `scale`. */
  readonly bitsPerCharacter: number;
  readonly charactersPerToken: number;
  /** Tokens after which a judge tells the model from the text of `scale`. */
  readonly indistinguishableTokens: number;
  readonly judgeConfidence: number;
  readonly slowdown: Belief;
  /** What the loss is measured on, such as kaplan-webtext2. */
  readonly scale: string;
  /** FLOP of one training run. */
  readonly flop: number;
  /** A multiple of GPT-3's 3.14e23 FLOP. */
  readonly gpt3: number;
  /** How long a brain's compute is spent, seconds. */
  readonly brainSeconds: number;
  readonly brainFlopPerS: Belief;
}

/** Some targets that are needed, some that may be there, and none of the others. */
type Only<Needed extends keyof Targets, May extends keyof Targets = never> = Pick<Targets, Needed> & {
  readonly [K in May]?: Maybe<Targets[K]>;
} & Readonly<Partial<Record<Exclude<keyof Targets, Needed | May>, undefined>>>;

type NoLaw = { readonly [K in keyof LawOptions]?: undefined };

/** One question: when does a target become affordable? */
export type Question =
  | (QuestionOptions & LawOptions & Only<"loss" | "scale">)
  | (QuestionOptions & LawOptions & Only<"reducibleLoss" | "scale">)
  | (QuestionOptions & LawOptions & Only<"bitsPerCharacter" | "scale", "charactersPerToken">)
  | (QuestionOptions & LawOptions & Only<"indistinguishableTokens" | "scale", "judgeConfidence" | "slowdown">)
  | (QuestionOptions & NoLaw & Only<"flop">)
  | (QuestionOptions & NoLaw & Only<"gpt3">)
  | (QuestionOptions & NoLaw & Only<"brainSeconds", "brainFlopPerS">)
  | (QuestionOptions & LawOptions & Only<never> & { readonly scenario: string | ScenarioJson });

/** A question whose keywords go together only when it is asked: what `checks` and the messages look at. */
export type Keywords = { readonly [K in keyof Targets]?: Maybe<Targets[K]> } & QuestionOptions & LawOptions;

/** Every keyword that a question may have. */
export const KEYWORDS = [
  ...["loss", "reducibleLoss", "bitsPerCharacter", "charactersPerToken", "indistinguishableTokens"],
  ...["judgeConfidence", "slowdown", "scale", "flop", "gpt3", "brainSeconds", "brainFlopPerS", "budgetUsd"],
  ...["currencyYear", "nominalInflation", "spendUsd", "spendFrom", "spendGrowth", "spendCeilingUsd", "payer"],
  ...["criterion", "inferenceUsdPer100Pages", "law", "noise", "powerLawWeight", "algorithms"],
  ...["algorithmsCeilingOom", "price", "costScope", "scenario", "condition", "limitEffects", "asOf", "posterior"],
  ...["horizon", "quantiles", "byYears", "seed", "maxDraws"],
] as readonly (keyof Keywords)[];
