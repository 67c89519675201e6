/** What the transport raised -> an error of our own: the server's details where it sent some, else the likely cause. */
import { Code, ConnectError } from "@connectrpc/connect";

import { errorFor, TimelinesError, type FieldViolation } from "./errors.js";
import { BadRequestSchema, ErrorInfoSchema } from "./gen/google/rpc/error_details_pb.js";
import type { Error as ItemError } from "./gen/timelines/v1/error_pb.js";
import type { Settings } from "./settings.js";

const PUSHBACK = "grpc-retry-pushback-ms";
const STATUS = "grpc-status";

/** A failure that came from this side of the wire. */
export interface Loss {
  /** What is probably wrong, and what to do about it. */
  readonly cause: string;
  /** Whether waiting cannot help. */
  readonly hopeless: boolean;
}

/** What a transport knows of its own failures: the loss of a connection, or none. */
export type Losses = (failure: ConnectError, settings: Settings) => Loss | undefined;

/** A call that failed: the error to raise, and whether asking again may help. */
export interface Failed {
  readonly error: TimelinesError;
  /** The call was lost on the way, and may be made again. */
  readonly lost: boolean;
  /** Milliseconds to wait before, where the server said so; negative for not again. */
  readonly pushbackMs: number | undefined;
}

/** A failed call, looked at. */
export function failed(raised: unknown, settings: Settings, losses: Losses, deadlineMs = Infinity): Failed {
  if (raised instanceof TimelinesError) return { error: raised, lost: false, pushbackMs: undefined };
  const failure = ConnectError.from(raised);
  const loss = answered(failure) ? undefined : losses(failure, settings);
  const pushbackMs = pushback(failure);
  const code = loss === undefined ? codeName(failure.code) : "UNAVAILABLE";
  const lost = code === "UNAVAILABLE" && loss?.hopeless !== true;
  const message = loss === undefined ? words(failure, settings, deadlineMs) : lostWords(failure, loss, settings);
  const error = errorFor(code, message, {
    ...reasonOf(code, failure),
    ...(code === "UNAVAILABLE" ? { retryable: lost } : {}),
    fieldViolations: violations(failure),
    retryAfterMs: pushbackMs !== undefined && pushbackMs >= 0 ? pushbackMs : undefined,
    cause: raised,
  });
  return { error, lost, pushbackMs };
}

/** The error of one question of a batch. */
export function itemError(error: ItemError): TimelinesError {
  const fieldViolations = error.fieldViolations.map(({ field, description }) => ({ field, description }));
  return errorFor(error.code, error.message, { reason: error.reason, fieldViolations });
}

/** A status code as gRPC writes it, such as INVALID_ARGUMENT. */
export function codeName(code: Code): string {
  if (code === Code.Canceled) return "CANCELLED";
  return Code[code].replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

/** Whether a server sent the failure, rather than this side of the wire. */
function answered(failure: ConnectError): boolean {
  return failure.metadata.has(STATUS) || failure.details.length > 0;
}

function reasonOf(code: string, failure: ConnectError): { readonly reason?: string } {
  const [info] = failure.findDetails(ErrorInfoSchema);
  if (info !== undefined && info.reason !== "") return { reason: info.reason };
  return code === "UNAVAILABLE" ? { reason: "UNREACHABLE" } : {};
}

function violations(failure: ConnectError): FieldViolation[] {
  const requests = failure.findDetails(BadRequestSchema);
  return requests.flatMap((one) => one.fieldViolations.map(({ field, description }) => ({ field, description })));
}

function pushback(failure: ConnectError): number | undefined {
  const sent = failure.metadata.get(PUSHBACK);
  return sent === null || !/^-?\d+$/.test(sent) ? undefined : Number(sent);
}

function words(failure: ConnectError, settings: Settings, deadlineMs: number): string {
  // Whoever looks at the clock first, a deadline that is over says no more by itself than that it is over.
  if (failure.code === Code.DeadlineExceeded && failure.details.length === 0) {
    const within = Number.isFinite(deadlineMs) ? `within ${String(deadlineMs / 1000)} s` : "in time";
    return `no answer from ${settings.target} ${within}; give a longer deadlineMs, or see that the server is not stuck`;
  }
  if (answered(failure) && failure.rawMessage !== "") return failure.rawMessage;
  if (failure.code === Code.Unimplemented) {
    return `the server at ${settings.target} does not know this call; it is older than this client, or another's`;
  }
  if (failure.code === Code.Canceled) {
    return `the call was ended: by its signal, because the client was closed, or the server stopped (${failure.rawMessage})`;
  }
  const code = codeName(failure.code);
  return failure.rawMessage || `the server at ${settings.target} ended the call with ${code} and said no more`;
}

function lostWords(failure: ConnectError, loss: Loss, settings: Settings): string {
  const said = failure.rawMessage.replaceAll(/\s+/g, " ").trim();
  return `cannot reach ${settings.target}: ${loss.cause} (the transport says: ${said})`;
}
