/** Answers as CSV: the columns and rows of the Python client's. */
import type { Answer } from "./answer.js";

const COLUMNS = "quantity,decimal_year,date,probability,mcse";
const DAY_MS = 86_400_000;

/** The day on which a decimal year falls, to the nearest day, as YYYY-MM-DD. */
export function dateOf(decimalYear: number): string {
  const year = Math.floor(decimalYear);
  const days = Math.min(Math.round((decimalYear - year) * 365.25), 365);
  return new Date(Date.UTC(year, 0, 1) + days * DAY_MS).toISOString().slice(0, 10);
}

/** One row per point of the distribution, then the three masses outside it. */
export function csvOf(answer: Answer): string {
  const { decimalYear, probability } = answer.cdf;
  const { draws } = answer.provenance;
  const points = decimalYear.map((year, i) => {
    const p = probability[i] ?? NaN;
    return ["cdf", year, dateOf(year), p, Math.sqrt((p * (1 - p)) / draws)].join(",");
  });
  const masses = [
    ["p_already", "", "", answer.pAlready, answer.pAlreadyMcse].join(","),
    ["p_beyond_horizon", "", "", answer.pBeyondHorizon, answer.pBeyondHorizonMcse].join(","),
    ["p_never", "", "", answer.pNever, answer.pNeverMcse].join(","),
  ];
  return `${[COLUMNS, ...points, ...masses].join("\n")}\n`;
}
