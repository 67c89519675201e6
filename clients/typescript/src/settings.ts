/** What both ways to a server have in common: deadlines, retries and tokens. Nothing here knows Node or a browser. */
import { SettingsError } from "./errors.js";
import { shown } from "./values.js";

/** Milliseconds after which a call is given up, unless the client or the call says otherwise. */
export const DEFAULT_DEADLINE_MS = 10_000;

/** How calls that were lost on the way (UNAVAILABLE) are made again; nothing else is. */
export interface Retry {
  /** Calls in all, the first among them. */
  readonly attempts: number;
  /** Before the second; it doubles each time, up to the longest. A server's own pushback goes before it. */
  readonly firstDelayMs: number;
  readonly longestDelayMs: number;
}

export const DEFAULT_RETRY: Retry = { attempts: 4, firstDelayMs: 100, longestDelayMs: 2_000 };

/** How a client is made, in Node and in the browser. */
export interface CommonOptions {
  /** Bearer token; it is not sent in plaintext to another machine. */
  readonly token?: string | undefined;
  /** Milliseconds after which a call is given up; Infinity for never. Default: 10,000. */
  readonly deadlineMs?: number | undefined;
  /** How calls that were lost on the way are made again; false for not at all. */
  readonly retry?: Partial<Retry> | false | undefined;
  /** Send the token in plaintext to another machine all the same, where the network itself is safe. */
  readonly allowPlaintextToken?: boolean | undefined;
}

/** Options of one call. */
export interface CallOptions {
  /** Milliseconds for this call, its repetitions among them; Infinity for no end. */
  readonly deadlineMs?: number | undefined;
  /** Ends the call here and on the server when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** Where and how to call. */
export interface Settings {
  /** As messages name it. */
  readonly target: string;
  /** As the transport takes it. */
  readonly baseUrl: string;
  readonly token: string | undefined;
  readonly deadlineMs: number;
  readonly retry: Retry;
}

/** Settings out of an address and options; a token that would travel in the clear is refused. */
export function settle(baseUrl: string, options: CommonOptions): Settings {
  const url = new URL(baseUrl);
  const token = checkedToken(options.token);
  const plain = url.protocol === "http:";
  if (token !== undefined && plain && !isLoopback(url.hostname) && options.allowPlaintextToken !== true) {
    throw new SettingsError(
      `the token would travel to ${url.host} in plaintext, where anyone on the way can read it; ` +
        "use TLS, or give allowPlaintextToken: true if the network itself is safe",
    );
  }
  const deadlineMs = milliseconds(options.deadlineMs ?? DEFAULT_DEADLINE_MS);
  return { target: url.host, baseUrl, token, deadlineMs, retry: retryOf(options.retry) };
}

/** A deadline as it is, if it can be one. */
export function milliseconds(deadlineMs: number): number {
  if (deadlineMs > 0) return deadlineMs;
  throw new SettingsError(`deadlineMs is ${shown(deadlineMs)}; give milliseconds above 0, or Infinity for none`);
}

/** Whether a host is this very machine. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function checkedToken(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const token = given.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  throw new SettingsError("the token has characters that no token has (spaces, line breaks, or none but ASCII)");
}

function retryOf(given: Partial<Retry> | false | undefined): Retry {
  const retry = given === false ? { ...DEFAULT_RETRY, attempts: 1 } : { ...DEFAULT_RETRY, ...given };
  if (Number.isInteger(retry.attempts) && retry.attempts >= 1) return retry;
  throw new SettingsError(`retry.attempts is ${shown(retry.attempts)}; give a whole number from 1`);
}
