/** Beliefs about one number as a text field takes them, and back: `0.3`, `9.84 to 290`, `normal(mean: 0.3, sd: 0.1)`. */
import type { Belief } from "timelines-client/web";

import { numeral, read, written, type Value } from "../state/notation";
import { numberOf, Unread } from "./numbers";

const INTERVAL = /^(.+?)\s*(?:to|\.\.|–|—)\s*(.+)$/;
const NAMED = /^(\w+)\s*\((.*)\)$/s;

export const BELIEF_HINT = "A number, a 90 % interval such as 10 to 290, or normal(mean: 0.3, sd: 0.1).";

/**
 * The belief of a text.
 *
 * @throws Unread where it is none.
 */
export function beliefOf(text: string): Belief {
  const said = text.trim();
  const [, name, inside] = NAMED.exec(said) ?? [];
  if (name !== undefined && inside !== undefined) return named(name, inside);
  const [, low, high] = INTERVAL.exec(said) ?? [];
  if (low !== undefined && high !== undefined) return [numberOf(low), numberOf(high)];
  return numberOf(said);
}

/** A belief as text. */
export function beliefText(belief: Belief): string {
  if (typeof belief === "number") return numeral(belief);
  if (typeof belief === "string") return belief;
  if (isInterval(belief)) return `${numeral(belief[0])} to ${numeral(belief[1])}`;
  const [[name, inside] = ["", ""]] = Object.entries(belief) as [string, Value][];
  const said = written(inside);
  const spaced = (said.startsWith("(") ? said.slice(1, -1) : said).replaceAll(/(?<=[,:])(?! )/g, " ");
  return `${name}(${spaced})`;
}

function isInterval(belief: Belief): belief is readonly [number, number] {
  return Array.isArray(belief);
}

function named(name: string, inside: string): Belief {
  try {
    const said = inside.replaceAll(/\s+/g, "");
    const value = said.includes(":") ? read(`(${said})`) : read(said);
    return { [name]: value };
  } catch {
    throw new Unread(`“${name}(…)” cannot be read. ${BELIEF_HINT}`);
  }
}
