/** A question in a few words: for the line that stands for the folded form, and for pins. */
import type { Question } from "timelines-client/web";

import { targetOf, type Keywords } from "./keywords";
import { figure, inWords, money } from "./numbers";

/** What is asked, such as `Loss 0.86 on kaplan-webtext2 for $1bn, kaplan law, as of 2020-07-27`. */
export function questionWords(question: Question): string {
  const keywords: Keywords = question;
  const whole = [target(keywords), payer(keywords), ...assumed(keywords)].filter((one) => one !== "");
  const [first = "", second = "", ...others] = whole;
  return [`${first}${second === "" ? "" : ` ${second}`}`, ...others].join(", ");
}

function target(keywords: Keywords): string {
  const kind = targetOf(keywords);
  const value = kind === undefined ? 0 : (keywords[kind] ?? 0);
  const scale = keywords.scale ?? "";
  switch (kind) {
    case "loss":
      return `Loss ${figure(value)} on ${scale}`;
    case "reducibleLoss":
      return `${figure(value)} nats above the floor on ${scale}`;
    case "bitsPerCharacter":
      return `${figure(value)} bits per character on ${scale}`;
    case "indistinguishableTokens":
      return `${inWords(value)} tokens told from ${scale} by no judge`;
    case "flop":
      return `${figure(value)} FLOP run`;
    case "gpt3":
      return `${inWords(value)} × GPT-3`;
    case "brainSeconds":
      return `Compute of a brain over ${figure(value)} seconds`;
    case undefined:
      return `Scenario ${scenario(keywords)}`;
  }
}

function payer({ budgetUsd, currencyYear, nominalInflation, spendUsd, payer: named, criterion }: Keywords): string {
  if (criterion === "on_trend") return "on trend";
  if (named === "unlimited") return "whatever it costs";
  if (spendUsd !== undefined) return `for ${money(spendUsd)}, growing`;
  if (budgetUsd === undefined) return "";
  const whose = currencyYear === undefined ? "" : ` of ${String(currencyYear)}`;
  return `for ${money(budgetUsd)}${whose}${nominalInflation === undefined ? "" : " of the day"}`;
}

function assumed(keywords: Keywords): string[] {
  const { law, algorithms, price, asOf, criterion, condition, scenario: said } = keywords;
  return [
    criterion === "inference_affordable" ? "by the price of its text" : "",
    law === undefined ? "" : `${law.replaceAll("_", " ")} law`,
    algorithms === undefined ? "" : `algorithms ${typeof algorithms === "string" ? algorithms : "of your own"}`,
    price === undefined || price === "realised" ? "" : price.replaceAll("_", " "),
    said === undefined || targetOf(keywords) === undefined ? "" : scenario(keywords),
    condition === undefined ? "" : "under a condition",
    asOf === undefined ? "" : `as of ${asOf instanceof Date ? asOf.toISOString().slice(0, 10) : asOf}`,
  ];
}

function scenario({ scenario: said }: Keywords): string {
  if (typeof said === "string") return said.replace(/^scenarios\//, "");
  const off = said?.switches?.filter(({ on }) => on !== true).map(({ name = "" }) => name.replaceAll("_", " ")) ?? [];
  return off.length > 0 ? `without ${off.join(", ")}` : "own scenario";
}
