/** What an error means to a reader, and whether asking again can help. */
import { TimelinesError } from "timelines-client/web";

export interface Problem {
  /** In a few words. */
  readonly head: string;
  /** What the client or the server says of it. */
  readonly said: string;
  /** Whether the same question may be answered the next time. */
  readonly again: boolean;
}

const HEADS: Readonly<Record<string, readonly [head: string, again: boolean]>> = {
  UNAVAILABLE: ["The server does not answer.", true],
  DEADLINE_EXCEEDED: ["The answer took too long.", true],
  RESOURCE_EXHAUSTED: ["The server has too much to do just now.", true],
  CANCELLED: ["The question was given up.", true],
  ABORTED: ["The question was given up.", true],
  UNAUTHENTICATED: ["This server asks for a token.", false],
  PERMISSION_DENIED: ["This token may not ask that.", false],
  INVALID_ARGUMENT: ["This question cannot be answered as it stands.", false],
  OUT_OF_RANGE: ["This question cannot be answered as it stands.", false],
  NOT_FOUND: ["The server does not know something that is asked for.", false],
  FAILED_PRECONDITION: ["This posterior cannot answer that.", false],
};

export function problemOf(error: unknown): Problem {
  const said = asSentence(error instanceof Error ? error.message : String(error));
  const code = error instanceof TimelinesError ? error.code : "UNKNOWN";
  const [head, again] = HEADS[code] ?? ["Something went wrong.", true];
  return { head, said, again };
}

/** Whether a call ended because it was no longer wanted. */
export function isCancelled(error: unknown): boolean {
  return error instanceof TimelinesError && error.code === "CANCELLED";
}

/** Words as a sentence: with a capital, and with its stop. */
export function asSentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}
