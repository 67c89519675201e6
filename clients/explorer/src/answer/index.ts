/** The answer in words and in numbers. */
import "./answer.css";

export { mountHeadline } from "./headline.js";
export { mountTiles } from "./numbers.js";
