/** Answers that were asked for once are remembered: the pins' and those as of earlier days. */
import type { Answer, Client, Question } from "timelines-client/web";

const MOST = 64;

/** A question as a text, the same for the same question however it was written. */
export function keyOf(question: Question): string {
  return JSON.stringify(sorted(question));
}

function sorted(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, sorted(one)]));
}

export class Answers {
  readonly #client: Client;
  readonly #known = new Map<string, Promise<Answer>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** The answer, asked for if it is not known; one that failed is asked for again the next time. */
  ask(question: Question): Promise<Answer> {
    const key = keyOf(question);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const asked = this.#client.when(question);
    this.#known.set(key, asked);
    asked.catch(() => this.#known.delete(key));
    this.#forget();
    return asked;
  }

  /** Those that were asked for first go first. */
  #forget(): void {
    for (const key of this.#known.keys()) {
      if (this.#known.size <= MOST) return;
      this.#known.delete(key);
    }
  }
}
