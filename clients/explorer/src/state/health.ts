/** Whether the server is there: looked at while it is not, ever less often, and told when it is back. */

const FIRST_MS = 500;
const LONGEST_MS = 15_000;
const PATIENCE_MS = 5_000;

/** Whether questions can be answered now. */
export async function serving(address = "/healthz"): Promise<boolean> {
  try {
    const reply = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    return reply.ok;
  } catch {
    return false;
  }
}

/** Looks until the server is back, then tells, once. */
export class Lookout {
  readonly #look: () => Promise<boolean>;
  readonly #back: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(back: () => void, look: () => Promise<boolean> = serving) {
    this.#back = back;
    this.#look = look;
  }

  /** The server is away: look from now on, unless that is being done. */
  begin(): void {
    if (this.#timer === undefined) this.#later(FIRST_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #later(waitMs: number): void {
    this.#timer = setTimeout(() => void this.#again(waitMs), waitMs);
  }

  async #again(waitedMs: number): Promise<void> {
    const mine = this.#timer;
    const back = await this.#look();
    if (mine !== this.#timer) return;
    if (!back) {
      this.#later(Math.min(2 * waitedMs, LONGEST_MS));
      return;
    }
    this.end();
    this.#back();
  }
}
