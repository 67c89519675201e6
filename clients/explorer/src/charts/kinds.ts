/** The charts that the page shows of an answer, in their order. */
import { ChartKind } from "timelines-client/v1";

export interface Kind {
  readonly kind: ChartKind;
  /** Part of the element's id and of the names of files. */
  readonly slug: string;
  /** What it is called until its title, which is a finding, has come. */
  readonly name: string;
}

export const ARRIVAL: Kind = { kind: ChartKind.ARRIVAL, slug: "arrival", name: "Probability of arrival" };

export const KINDS: readonly Kind[] = [
  ARRIVAL,
  { kind: ChartKind.COST, slug: "cost", name: "What the target costs" },
  { kind: ChartKind.FRONTIER_COMPUTE, slug: "compute", name: "Frontier compute" },
  { kind: ChartKind.PRICE, slug: "price", name: "Price of compute" },
  { kind: ChartKind.SPEND, slug: "spend", name: "Spend on one run" },
  { kind: ChartKind.ALGORITHMS, slug: "algorithms", name: "Algorithmic efficiency" },
  { kind: ChartKind.BINDING, slug: "binding", name: "Which limit binds" },
  { kind: ChartKind.LIMITS, slug: "limits", name: "The limits of one run" },
  { kind: ChartKind.TORNADO, slug: "tornado", name: "What the answer depends on" },
  { kind: ChartKind.YEARLY, slug: "yearly", name: "Arrival by year" },
  { kind: ChartKind.BUDGETS, slug: "budgets", name: "Any budget, any date" },
  { kind: ChartKind.LOSS, slug: "loss", name: "The loss that money buys" },
];

export const OVERLAY: Kind = { kind: ChartKind.OVERLAY, slug: "overlay", name: "Pinned answers beside this one" };
export const DIFFERENCE: Kind = {
  kind: ChartKind.DIFFERENCE,
  slug: "difference",
  name: "What explains the difference",
};
export const HINDSIGHT: Kind = { kind: ChartKind.HINDSIGHT, slug: "hindsight", name: "What happened since" };
