/** What the parts of the page agree on: one state, one store, and what every part is handed. */
import type { Answer, Client, Question } from "timelines-client/web";

/** A question that was set aside to be compared with others. */
export interface Pin {
  /** What the page calls it, unique among the pins. */
  readonly name: string;
  readonly question: Question;
}

/** Everything that a link carries. */
export interface State {
  /** What is asked now. */
  readonly question: Question;
  /** At most five, so that six curves stand beside each other with the one that is asked. */
  readonly pins: readonly Pin[];
}

/** An answer, and the question as it was asked for it. */
export interface Answered {
  readonly question: Question;
  readonly answer: Answer;
}

/** Where the answer of the state's question is. */
export type Asking =
  | { readonly kind: "loading"; readonly before: Answered | undefined }
  | { readonly kind: "answered"; readonly now: Answered }
  | { readonly kind: "failed"; readonly error: Error; readonly before: Answered | undefined };

/** Holds the state; listeners hear of each change, after it, in the order in which they came. */
export interface Store {
  readonly state: State;
  change(next: Partial<State>): void;
  subscribe(listener: (state: State) => void): () => void;
}

/** What every part is handed. */
export interface Services {
  readonly client: Client;
  /** Where the answer is; made by `main.ts` from the store, so that the question is asked once for all parts. */
  readonly asking: {
    readonly current: Asking;
    subscribe(listener: (asking: Asking) => void): () => void;
    /** Ask again, after a failure. */
    retry(): void;
  };
}

/** A part takes its place in the page; what it returns takes it away again. */
export type Mount = (root: HTMLElement, store: Store, services: Services) => () => void;
