/** The one state of the page. */
import type { State, Store } from "../contract";
import { same } from "./link";

/** A store that begins with a state; a change that changes nothing is none. */
export function createStore(first: State): Store {
  const listeners = new Set<(state: State) => void>();
  let state = first;
  return {
    get state() {
      return state;
    },
    change(next) {
      const changed = { ...state, ...next };
      if (same(state, changed)) return;
      state = changed;
      for (const listener of [...listeners]) {
        if (state !== changed) return; // a listener changed it again, and all have heard of that
        listener(state);
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
