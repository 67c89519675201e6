/** Numbers as people write them, and what they say in words. */
import { UNITS } from "../facts";
import { numeral } from "../state/notation";

const SUFFIXES: Readonly<Record<string, number>> = {
  "%": 1e-2,
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  million: 1e6,
  b: 1e9,
  bn: 1e9,
  billion: 1e9,
  t: 1e12,
  tn: 1e12,
  trillion: 1e12,
};
const PLAIN = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z%]*)$/;
const POWER = /^(?:([+-]?(?:\d+\.?\d*|\.\d+))\s*[x×*]\s*)?10\s*(?:\^|\*\*)\s*([+-]?\d+)$/;
const DECIMAL_COMMA = /^[+-]?\d+,(?!\d{3}$)\d+$/;

/** What is wrong with what somebody wrote, and how to write it. */
export class Unread extends Error {
  override readonly name = "Unread";
}

/**
 * The number of a text: `1e29`, `0.86`, `$1bn`, `1 000 000`, `1,000,000`, `2 x 10^29`, `5 %`.
 *
 * @throws Unread where it is none.
 */
export function numberOf(text: string): number {
  const said = plainly(text);
  if (DECIMAL_COMMA.test(said)) throw new Unread(`Write ${said.replace(",", ".")}, with a point.`);
  const bare = said.replaceAll(/(?<=\d),(?=\d{3}(?!\d))/g, "");
  const [, number, suffix = ""] = PLAIN.exec(bare) ?? [];
  const times = suffix === "" ? 1 : SUFFIXES[suffix];
  if (number !== undefined && times !== undefined) return scaled(number, times);
  const [, mantissa = "1", exponent] = POWER.exec(bare) ?? [];
  if (exponent !== undefined) return Number(`${mantissa}e${exponent}`);
  throw new Unread(`“${text.trim().slice(0, 30)}” is no number; write it like 1e29, 0.86, $1bn or 1 000 000.`);
}

function plainly(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("−", "-")
    .replace(/^\s*(?:us)?\$/, "")
    .replaceAll(/(?<=\d)[\s_'’](?=\d)/g, "")
    .trim();
}

/** `1.1bn` is 1100000000 and no neighbour of it: the exponent is moved, not the number multiplied. */
function scaled(number: string, times: number): number {
  const [mantissa = number, exponent = "0"] = number.split("e");
  return Number(`${mantissa}e${String(Number(exponent) + Math.round(Math.log10(times)))}`);
}

const NAMES: readonly (readonly [number, string, string])[] = [
  [1e12, "trillion", "tn"],
  [1e9, "billion", "bn"],
  [1e6, "million", "M"],
  [1e3, "thousand", "k"],
];

/** Three digits, and powers of ten as 2e29. */
export function figure(value: number): string {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)) return numeral(Number(value.toPrecision(3)));
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}

/** A number in words where there are words for it: `1 billion`, `2.5 million`, `2e29`. */
export function inWords(value: number): string {
  const [unit, name] = NAMES.find(([least]) => Math.abs(value) >= least) ?? [];
  if (unit === undefined || name === undefined) return figure(value);
  const many = Number((value / unit).toPrecision(6));
  return Math.abs(value) >= 1e15 ? figure(value) : `${String(many)} ${name}`;
}

/** A sum as it stands in a sentence: `$1bn`, `$2.5M`, `$300`. */
export function money(usd: number): string {
  const [unit, , suffix] = NAMES.find(([least]) => usd >= least) ?? [];
  if (unit === undefined || suffix === undefined || usd >= 1e15) return `$${figure(usd)}`;
  return `$${String(Number((usd / unit).toPrecision(4)))}${suffix}`;
}

/** A sum in words, with its dollars. */
export function dollars(usd: number, whose = "2023 dollars"): string {
  return `${inWords(usd)} ${whose}`;
}

/** An amount of compute, beside GPT-3's. */
export function flopWords(flop: number): string {
  const multiple = flop / UNITS.gpt3Flop;
  const beside = multiple >= 1 ? `${inWords(Number(multiple.toPrecision(3)))} times` : `${figure(100 * multiple)} % of`;
  return `${figure(flop)} FLOP, ${beside} GPT-3’s training compute`;
}

/** A loss, in bits as well. */
export function natsWords(nats: number): string {
  return `${numeral(nats)} nats per token, or ${figure(nats / Math.LN2)} bits per token`;
}

/** A time in seconds, as the years that it is. */
export function secondsWords(seconds: number): string {
  return `${inWords(seconds)} seconds, ${figure(seconds / (365.25 * 86_400))} years`;
}
