/**
 * Values as a link writes them: short, readable, and exact both ways.
 *
 *     0.86  1e29  kaplan-webtext2  true       numbers, texts and flags as they are
 *     '2023'  'a, b'  'it''s'                 a text that would be read as something else, in quotes
 *     (0.1,0.5,0.9)                           a list
 *     (name:power,on:false)                   names and their values; (:) for none
 */

/** What a link can hold. */
export type Value = number | string | boolean | null | readonly Value[] | { readonly [name: string]: Value };

const NUMBER = /^-?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|Infinity)$|^NaN$/;
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
const SPECIAL = /[(),:']/;
const DEEPEST = 32;

/** A value as text. */
export function written(value: Value): string {
  if (typeof value === "number") return numeral(value);
  if (typeof value === "string") return quoted(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `(${(value as readonly Value[]).map(written).join(",")})`;
  const named = Object.entries(value).map(([name, one]) => `${quoted(name)}:${written(one)}`);
  return named.length === 0 ? "(:)" : `(${named.join(",")})`;
}

/**
 * The value of a text.
 *
 * @throws SyntaxError where it is none.
 */
export function read(text: string): Value {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** A number as people write it: `1e29`, not `1e+29`, and `1e9` rather than its zeros. */
export function numeral(value: number): string {
  if (Object.is(value, -0)) return "-0";
  const [plain, power] = [String(value), value.toExponential()].map((one) => one.replace("e+", "e"));
  return power !== undefined && plain !== undefined && power.length < plain.length - 1 ? power : String(plain);
}

function quoted(text: string): string {
  const plain = text !== "" && !SPECIAL.test(text) && !NUMBER.test(text) && !Object.hasOwn(WORDS, text);
  return plain && text === text.trim() ? text : `'${text.replaceAll("'", "''")}'`;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number): Value {
    if (depth > DEEPEST) throw new SyntaxError("too many brackets inside each other");
    if (this.#take("(")) return this.#group(depth);
    if (this.#peek() === "'") return this.#quoted();
    return bare(this.#bare());
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.#wrong();
  }

  /** What stands in brackets: a list, or names with values. */
  #group(depth: number): Value {
    if (this.#take(")")) return [];
    if (this.#take(":")) return this.#closed({});
    const first = this.value(depth + 1);
    if (this.#peek() === ":") return this.#record(first, depth);
    const values = [first];
    while (this.#take(",")) values.push(this.value(depth + 1));
    return this.#closed(values);
  }

  #record(first: Value, depth: number): Value {
    const found: [string, Value][] = [];
    for (let name = first; ; name = this.value(depth + 1)) {
      if (typeof name === "object" || !this.#take(":")) throw this.#wrong();
      found.push([String(name), this.value(depth + 1)]);
      if (!this.#take(",")) return this.#closed(Object.fromEntries(found));
    }
  }

  #closed<Kind>(value: Kind): Kind {
    if (!this.#take(")")) throw this.#wrong();
    return value;
  }

  #quoted(): string {
    const found = /'((?:[^']|'')*)'/y;
    found.lastIndex = this.#at;
    const [whole, inside] = found.exec(this.#text) ?? [];
    if (whole === undefined || inside === undefined) throw this.#wrong();
    this.#at += whole.length;
    return inside.replaceAll("''", "'");
  }

  #bare(): string {
    const began = this.#at;
    while (this.#at < this.#text.length && !SPECIAL.test(this.#peek())) this.#at += 1;
    if (this.#at === began) throw this.#wrong();
    return this.#text.slice(began, this.#at);
  }

  #peek(): string {
    return this.#text.charAt(this.#at);
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  #wrong(): SyntaxError {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    return new SyntaxError(rest === "" ? "it ends too early" : `it cannot be read from "${rest}" on`);
  }
}

function bare(text: string): Value {
  if (NUMBER.test(text)) return Number(text);
  return Object.hasOwn(WORDS, text) ? (WORDS[text] ?? null) : text;
}
