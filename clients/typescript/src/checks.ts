/** What a question must not contradict. Values are checked by the server. */
import { invalid } from "./errors.js";
import { KEYWORDS, PAYERS, type Keywords } from "./question.js";
import { name, shown } from "./values.js";

/** Targets that are a loss on a scale. */
const LOSSES = ["loss", "reducibleLoss", "bitsPerCharacter", "indistinguishableTokens"] as const;
const TARGETS = [...LOSSES, "flop", "gpt3", "brainSeconds"] as const;
const DETAILS = {
  charactersPerToken: "bitsPerCharacter",
  judgeConfidence: "indistinguishableTokens",
  slowdown: "indistinguishableTokens",
} as const;
const SPEND = ["spendUsd", "spendFrom", "spendGrowth"] as const;

/** Laws that are not published ones. */
export const FORMS: readonly string[] = ["pooled", "mixture", "power_law"];

/** A keyword as the protos write it: `byYears` is `by_years`, `per100Pages` is `per_100_pages`. */
export function snake(keyword: string): string {
  return keyword.replaceAll(/[A-Z]|(?<=[a-z])\d+(?=[A-Z])/g, (begins) => `_${begins.toLowerCase()}`);
}

/** Refuse a question that contradicts itself, or has a keyword that is none. */
export function check(asked: unknown): asserts asked is Keywords {
  if (typeof asked !== "object" || asked === null || Array.isArray(asked)) {
    throw invalid(`a question is an object of keywords, not ${shown(asked)}`, "question");
  }
  const unknown = Object.keys(asked).filter((key) => !KEYWORDS.some((known) => known === key));
  if (unknown.length > 0) {
    const known = [...KEYWORDS].sort().join(", ");
    throw invalid(`unknown keyword ${unknown.sort().join(", ")}; known: ${known}`, "question", "UNKNOWN_NAME");
  }
  const question: Keywords = asked;
  checkTarget(question);
  checkPayer(question);
  checkLaw(question);
  if (question.algorithms === undefined && question.algorithmsCeilingOom !== undefined) {
    throw invalid("a ceiling needs algorithms 8mo, 16mo or a prior beside it", "question.algorithms.ceiling_oom");
  }
}

function given<K extends keyof Keywords>(question: Keywords, names: readonly K[]): K[] {
  return names.filter((one) => question[one] !== undefined);
}

function checkTarget(question: Keywords): void {
  const found: string[] = given(question, TARGETS);
  if (question.brainFlopPerS !== undefined && !found.includes("brainSeconds")) found.push("brainFlopPerS");
  if (found.length > 1 || (found.length === 0 && question.scenario === undefined)) {
    const what = "give one: a loss with its scale, FLOP, or a multiple of GPT-3";
    throw invalid(`${String(found.length)} targets are given; ${what}`, "question.target");
  }
  const [loss] = given(question, LOSSES);
  if ((loss === undefined) !== (question.scale === undefined)) {
    const what = loss ?? "loss";
    const words = `${what} is ${shown(question[what])} and scale ${shown(question.scale)}`;
    throw invalid(`${words}; a loss and its scale go together`, `question.target.${snake(what)}.scale`);
  }
  for (const [detail, of] of Object.entries(DETAILS) as [keyof typeof DETAILS, string][]) {
    if (question[detail] !== undefined && !found.includes(of)) {
      throw invalid(`${detail} goes with ${of}; leave it out`, `question.target.${snake(of)}.${snake(detail)}`);
    }
  }
}

function checkPayer(question: Keywords): void {
  const spend = given(question, [...SPEND, "spendCeilingUsd"]);
  if (question.payer !== undefined) name(question.payer, "question.payer", PAYERS);
  const ways = [
    ...(question.payer === undefined ? [] : [question.payer]),
    ...given(question, ["budgetUsd"]),
    ...spend.slice(0, 1),
  ];
  if (ways.length > 1) {
    const path = ways.includes("budgetUsd") ? "fixed_usd_2023" : "spend_path";
    throw invalid(`${ways.join(" and ")} contradict each other; give one payer`, `question.payer.${path}`);
  }
  if (spend.length > 0 && given(question, SPEND).length < SPEND.length) {
    const words = `given are ${spend.join(", ")}; a growing budget needs ${SPEND.join(", ")}`;
    throw invalid(words, "question.payer.spend_path");
  }
  const dollars = given(question, ["currencyYear", "nominalInflation"]);
  if (dollars.length > 0 && (question.budgetUsd === undefined || dollars.length > 1)) {
    throw invalid("dollars of a year, or of the day, need one sum and one of the two", "question.payer.stated");
  }
}

function checkLaw(question: Keywords): void {
  const ofLaw = given(question, ["law", "noise", "powerLawWeight"]);
  const ofScenario = question.scenario !== undefined && given(question, TARGETS).length === 0;
  if (ofLaw.length > 0 && given(question, LOSSES).length === 0 && !ofScenario) {
    const words = `law ${shown(question.law)} goes with a loss, and the target is none; leave it out`;
    throw invalid(words, "question.law");
  }
  const { law, noise, powerLawWeight } = question;
  if (noise !== undefined && law !== undefined && !FORMS.includes(law)) {
    const words = `a noise of ${shown(noise)} goes with the pooled law; ${law} is taken at its word`;
    throw invalid(words, "question.law.published.name");
  }
  if (powerLawWeight !== undefined && law !== "mixture") {
    const words = `a weight of ${shown(powerLawWeight)} goes with the law mixture, and here it is ${shown(law)}`;
    throw invalid(words, "question.law.mixture.power_law_weight");
  }
}
