/** The store and the browser's history: one entry for each settled change, and back and forward bring states back. */
import type { State, Store } from "../contract";
import { linkOf, stateOf } from "./link";

/** A change belongs to the one before it when it comes so soon after. */
const BURST_MS = 1000;
/** Within a burst the address is written this long after a change: browsers refuse to write it too often. */
const WRITE_MS = 300;

/** Keeps the address and the store in step; tells what of a link could not be read. Returns how to stop. */
export function bindHistory(store: Store, tell: (problem: string | undefined) => void): () => void {
  const address = new Address(store.state);
  const unsubscribe = store.subscribe((state) => {
    address.follow(state);
  });
  const come = (): void => {
    const { state, problem } = stateOf(location.hash);
    address.arrived(state);
    store.change(state);
    tell(problem);
  };
  const leave = (): void => {
    address.write();
  };
  addEventListener("popstate", come);
  addEventListener("pagehide", leave);
  return () => {
    unsubscribe();
    removeEventListener("popstate", come);
    removeEventListener("pagehide", leave);
    address.write();
  };
}

/** What the address bar says. */
class Address {
  #said: string;
  #wanted: string;
  #changedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(state: State) {
    this.#said = this.#wanted = linkOf(state);
  }

  /** The address has changed by itself, and says this. */
  arrived(state: State): void {
    clearTimeout(this.#timer);
    this.#said = this.#wanted = linkOf(state);
    this.#changedAt = -Infinity;
  }

  /** The state has changed: a new entry at the first of several changes, the others rewrite it. */
  follow(state: State): void {
    this.#wanted = linkOf(state);
    if (this.#wanted === this.#said) return;
    const now = performance.now();
    const begins = now - this.#changedAt > BURST_MS;
    this.#changedAt = now;
    clearTimeout(this.#timer);
    if (begins) {
      this.#said = this.#wanted;
      history.pushState(null, "", `#${this.#said}`);
    } else {
      this.#timer = setTimeout(() => {
        this.write();
      }, WRITE_MS);
    }
  }

  /** Write what is still to be written. */
  write(): void {
    clearTimeout(this.#timer);
    if (this.#wanted === this.#said) return;
    this.#said = this.#wanted;
    history.replaceState(null, "", `#${this.#said}`);
  }
}
