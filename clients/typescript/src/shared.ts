/** What both entries of the package export. */
export { Answer } from "./answer.js";
export type { BatchItem, BatchOptions, Questions } from "./batch.js";
export type { Belief, Condition, Interval } from "./beliefs.js";
export { Client } from "./client.js";
export * from "./errors.js";
export type * from "./parts.js";
export type {
  AlgorithmsChoice,
  CostScope,
  Criterion,
  LawOptions,
  PayerName,
  PriceBasis,
  Question,
  QuestionOptions,
} from "./question.js";
export { questionMessage } from "./questionMessage.js";
export { DEFAULT_DEADLINE_MS, type CallOptions, type CommonOptions, type Retry } from "./settings.js";
