/** The question as a command of `timelines`. */
import { fromJson, toJson } from "@bufbuild/protobuf";
import { DistributionSchema, type DistributionJson, type ScenarioJson } from "timelines-client/v1";
import { questionMessage, type Belief, type Question } from "timelines-client/web";

import { numeral } from "../state/notation";
import { eventText, isRecord, numberText, said, shell, snake } from "./names";
import { fileOf } from "./scenarioFile";
import { encrypted, type Where } from "./where";

const NAMES: Readonly<Record<string, string>> = {
  budgetUsd: "budget",
  spendUsd: "spend",
  spendCeilingUsd: "spend-ceiling",
  inferenceUsdPer100Pages: "inference-usd",
  algorithmsCeilingOom: "algorithms-ceiling",
  condition: "if",
  quantiles: "quantile",
  byYears: "by-year",
};
const DASHED = new Set(["payer", "criterion", "costScope"]);
const BELIEFS = new Set(["slowdown", "brainFlopPerS", "spendGrowth"]);
const PLAIN_INTERVAL = /^\d+(?:\.\d+)?$/;
const FILE = "scenario.yaml";
const BEYOND =
  "# The command line cannot say a scenario by name and a log-normal of your own for algorithms at once:\n" +
  "# ask from Python, or with curl.";

/** A command that asks a server, and a file before it where the scenario is one's own. */
export function cliOf(question: Question, where: Where): string {
  if (!isOption(question.algorithms) && typeof question.scenario === "string") return BEYOND;
  const { options, file } = optionsOf(question);
  const server = where.server === undefined ? [] : [`--server ${shell(where.server)}`];
  const tls = encrypted(where) ? ["--tls"] : [];
  const implied = question.inferenceUsdPer100Pages !== undefined && question.criterion === undefined;
  const criterion = implied ? ["--criterion inference-affordable"] : [];
  const command = ["timelines ask", ...server, ...tls, ...options, ...criterion].join(" \\\n  ");
  return file === undefined ? command : [`cat > ${FILE} <<'END'`, file, "END", command].join("\n");
}

interface Options {
  readonly options: readonly string[];
  readonly file: string | undefined;
}

function optionsOf(question: Question): Options {
  const own = ownOf(question);
  const left = said(question).filter(
    ([name]) => name !== "limitEffects" && !(own.taken as readonly string[]).includes(name),
  );
  const options = left.flatMap(([name, value]) => optionOf(name, value));
  return { options: [...options, ...own.options], file: own.file };
}

interface Own extends Options {
  /** Keywords that are said by a file or by the options already. */
  readonly taken: readonly ("scenario" | "algorithms" | "algorithmsCeilingOom")[];
}

/** What the command line says by a scenario: one's own, and a prior of algorithms that is no plain interval. */
function ownOf(question: Question): Own {
  const { scenario, algorithms, algorithmsCeilingOom } = question;
  const prior = isOption(algorithms)
    ? undefined
    : { algorithms: { halvingMonths: logNormal(question) }, algorithmsCeilingOom };
  if (prior === undefined && !isRecord(scenario)) return { options: [], file: undefined, taken: [] };
  if (prior === undefined && isRecord(scenario)) {
    const options = changes(scenario);
    if (options !== undefined) return { options, file: undefined, taken: ["scenario"] };
  }
  const own = { options: [`--scenario ${FILE}`], file: fileOf(scenario, prior) };
  return { ...own, taken: prior === undefined ? ["scenario"] : ["scenario", "algorithms", "algorithmsCeilingOom"] };
}

function isOption(algorithms: Question["algorithms"]): boolean {
  if (algorithms === undefined || typeof algorithms === "string") return true;
  return Array.isArray(algorithms) && algorithms.every((end) => PLAIN_INTERVAL.test(String(end)));
}

/** The median and spread of a prior of algorithms, as its message has them. */
function logNormal(question: Question): { readonly median: number; readonly sdLn: number } {
  const { algorithms } = questionMessage(question);
  if (algorithms?.algorithms.case !== "prior") throw new Error("algorithms are no prior");
  const { median = 0, sdLn = 0 } = algorithms.algorithms.value.halvingMonths ?? {};
  return { median, sdLn };
}

/** A scenario that only sets inputs and switches, as options; undefined where it says more. */
function changes(scenario: ScenarioJson): string[] | undefined {
  const { name = "inline", overrides = [], switches = [], ...more } = scenario;
  if (name !== "inline" || Object.keys(more).length > 0) return undefined;
  if (overrides.some(({ source = "" }) => source !== "")) return undefined;
  return [
    ...switches.map(({ name: limit = "", on }) => `--${on === true ? "with" : "without"} ${shell(limit)}`),
    ...overrides.map(({ input = "", set, prior }) =>
      set === undefined
        ? `--prior ${shell(`${input}=${beliefText(prior ?? {})}`)}`
        : `--set ${shell(`${input}=${numeral(Number(set))}`)}`,
    ),
  ];
}

function optionOf(name: string, value: unknown): string[] {
  const option = `--${NAMES[name] ?? snake(name).replaceAll("_", "-")}`;
  if (name === "condition") return [`${option} ${shell(eventText(value))}`];
  if (BELIEFS.has(name)) return [`${option} ${shell(beliefText(value as Belief))}`];
  if (name === "algorithms" && Array.isArray(value)) return [`${option} ${value.map(String).join("..")}`];
  if (Array.isArray(value)) return (value as number[]).map((one) => `${option} ${numberText(name, one)}`);
  if (typeof value === "number") return [`${option} ${numberText(name, value)}`];
  return [`${option} ${shell(wordOf(name, String(value)))}`];
}

function wordOf(name: string, word: string): string {
  if (name === "price" && word === "amortized_purchase") return "amortized";
  if (name === "price" || DASHED.has(name)) return word.replaceAll("_", "-");
  return name === "law" && word === "power_law" ? "power-law" : word;
}

/** A belief as the command line reads it: an interval, a number, or JSON. */
function beliefText(belief: Belief): string {
  if (typeof belief === "string") return belief;
  if (typeof belief === "number") return numeral(belief);
  if (isInterval(belief)) return belief.map(numeral).join("..");
  return JSON.stringify(snaked(belief));
}

/** A distribution by the names of the protos. */
function snaked(belief: DistributionJson): unknown {
  return toJson(DistributionSchema, fromJson(DistributionSchema, belief), { useProtoFieldName: true });
}

function isInterval(belief: Belief): belief is readonly [number, number] {
  return Array.isArray(belief);
}
