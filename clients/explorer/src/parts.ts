/** The parts of the answer's side, by the ids of their places in the page. */
import { mountHeadline, mountTiles } from "./answer/index.js";
import { mountAsOf } from "./asof/index.js";
import { mountCharts } from "./charts/index.js";
import { mountCompare } from "./compare/index.js";
import type { Mount } from "./contract.js";

export const mountAnswer: readonly (readonly [id: string, mount: Mount])[] = [
  ["headline", mountHeadline],
  ["tiles", mountTiles],
  ["compare", mountCompare],
  ["charts", mountCharts],
  ["as-of", mountAsOf],
];
