/** Answers and services for the tests of the answer's side, without a server. */
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { AnswerSchema } from "timelines-client/v1";
import { Answer, type Client, type Question } from "timelines-client/web";

import type { Asking, Services } from "../src/contract";
import { DEFAULT_STATE } from "../src/state/link";
import { createStore } from "../src/state/store";
import told from "./answer.words.json";

export interface Told {
  readonly sentence: string;
  readonly expectation: string;
  readonly interval: string;
  readonly reached: string;
  readonly tiles: readonly (readonly string[])[];
  readonly answer: JsonValue;
}

/** What forecast/engine/words.py says of some answers, by what they are about. */
export const TOLD: Readonly<Record<string, Told>> = told;

export function answerOf(json: JsonValue, more: Readonly<Record<string, JsonValue>> = {}): Answer {
  return new Answer(fromJson(AnswerSchema, { ...(json as Record<string, JsonValue>), ...more }));
}

/** One of them. */
export function anAnswer(more: Readonly<Record<string, JsonValue>> = {}): Answer {
  return answerOf(TOLD["compute, the frontier pays"]?.answer ?? {}, {
    posterior: { name: "2026-11-20-f888b7e49128", status: "POSTERIOR_STATUS_PASSED" },
    provenance: { posterior: "2026-11-20-f888b7e49128", asOf: "2026-11-20", dataCutoff: "2026-11-20", draws: 4000 },
    choices: [{ name: "algorithms", value: "off", words: "no algorithmic progress" }],
    ...more,
  });
}

export const QUESTION: Question = { flop: 2e29 };

/** Services whose asking the test moves on, and whose client the test makes. */
export function fakes(client: Partial<Client> = {}) {
  const store = createStore({ ...DEFAULT_STATE, question: QUESTION });
  const listeners = new Set<(asking: Asking) => void>();
  let current: Asking = { kind: "loading", before: undefined };
  let retries = 0;
  const asking: Services["asking"] = {
    get current() {
      return current;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    retry() {
      retries += 1;
    },
  };
  return {
    store,
    services: { client: client as Client, asking },
    tell(next: Asking) {
      current = next;
      for (const listener of [...listeners]) listener(next);
    },
    answered(answer: Answer, question: Question = store.state.question) {
      this.tell({ kind: "answered", now: { question, answer } });
    },
    get retries() {
      return retries;
    },
    get listening() {
      return listeners.size;
    },
  };
}

/** Let what waits for promises go on. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}
