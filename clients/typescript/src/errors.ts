/**
 * The one error tree of the client. Every error says what is wrong, with which value, and what to do about it.
 *
 * TimelinesError              code, reason, message, fieldViolations, retryAfterMs, retryable
 * ├── SettingsError           how the client was made: address, token, TLS, deadline
 * ├── InvalidQuestionError    INVALID_ARGUMENT, OUT_OF_RANGE
 * ├── NotFoundError           NOT_FOUND
 * ├── NameTakenError          ALREADY_EXISTS
 * ├── PreconditionError       FAILED_PRECONDITION, ABORTED: not with this posterior, not now
 * ├── UnauthenticatedError    UNAUTHENTICATED: no token, or one that the server does not know
 * ├── PermissionDeniedError   PERMISSION_DENIED: the token's scope does not reach so far
 * ├── OverloadedError         RESOURCE_EXHAUSTED: ask again after `retryAfterMs`
 * ├── DeadlineError           DEADLINE_EXCEEDED
 * ├── UnreachableError        UNAVAILABLE: no connection, or a server that is not ready
 * ├── CallCancelledError      CANCELLED: the client was closed, the caller's signal, or the server drained
 * └── ServerError             INTERNAL, UNKNOWN, UNIMPLEMENTED, DATA_LOSS: the server's fault
 *
 * The failure of the transport, where there was one, is the `cause`.
 */

/** One field that is wrong: its path in the request, such as `question.target.loss.scale`, and what is wrong. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** What an error says besides its message. */
export interface ErrorDetails {
  /** Name of the gRPC status code; by default that of the class. */
  readonly code?: string;
  /** Reason in UPPER_SNAKE, such as `UNKNOWN_NAME`; stable, for programs. By default the code. */
  readonly reason?: string;
  /** The fields that are wrong. */
  readonly fieldViolations?: readonly FieldViolation[];
  /** Milliseconds after which the server wants to be asked again, where it said so. */
  readonly retryAfterMs?: number | undefined;
  /** Whether the same call may end well if it is made again, later. By default it follows from the code. */
  readonly retryable?: boolean;
  /** What the transport raised. */
  readonly cause?: unknown;
}

/** Codes of which the same call may end well if it is made again. */
const RETRYABLE = new Set(["UNAVAILABLE", "RESOURCE_EXHAUSTED"]);

/** Base of everything that this package raises on purpose. */
export class TimelinesError extends Error {
  protected static readonly defaultCode: string = "UNKNOWN";

  /** Name of the gRPC status code, such as `INVALID_ARGUMENT`. */
  readonly code: string;
  /** Reason in UPPER_SNAKE, such as `UNKNOWN_NAME`; stable, for programs. */
  readonly reason: string;
  /** The fields that are wrong. */
  readonly fieldViolations: readonly FieldViolation[];
  /** Milliseconds after which the server wants to be asked again, where it said so. */
  readonly retryAfterMs: number | undefined;
  /** Whether the same call may end well if it is made again, later. */
  readonly retryable: boolean;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = details.code ?? new.target.defaultCode;
    this.reason = details.reason ?? this.code;
    this.fieldViolations = details.fieldViolations ?? [];
    this.retryAfterMs = details.retryAfterMs;
    this.retryable = details.retryable ?? RETRYABLE.has(this.code);
  }
}

/** The client cannot be made like this: its address, token, TLS files or deadline are wrong. */
export class SettingsError extends TimelinesError {
  protected static override readonly defaultCode: string = "INVALID_ARGUMENT";
}

/** The question, or another request, is wrong; the caller can mend it. */
export class InvalidQuestionError extends TimelinesError {
  protected static override readonly defaultCode: string = "INVALID_ARGUMENT";
}

/** Nothing has this name; the message lists what there is. */
export class NotFoundError extends TimelinesError {
  protected static override readonly defaultCode: string = "NOT_FOUND";
}

/** Something else has this name already. */
export class NameTakenError extends TimelinesError {
  protected static override readonly defaultCode: string = "ALREADY_EXISTS";
}

/** The request is right and cannot be met as things stand, such as a posterior that its gates refused. */
export class PreconditionError extends TimelinesError {
  protected static override readonly defaultCode: string = "FAILED_PRECONDITION";
}

/** No token was sent, or one that the server does not know. */
export class UnauthenticatedError extends TimelinesError {
  protected static override readonly defaultCode: string = "UNAUTHENTICATED";
}

/** The token's scope does not reach so far. */
export class PermissionDeniedError extends TimelinesError {
  protected static override readonly defaultCode: string = "PERMISSION_DENIED";
}

/** The server has too much to do; ask again after `retryAfterMs`. */
export class OverloadedError extends TimelinesError {
  protected static override readonly defaultCode: string = "RESOURCE_EXHAUSTED";
}

/** There was no answer before the deadline. */
export class DeadlineError extends TimelinesError {
  protected static override readonly defaultCode: string = "DEADLINE_EXCEEDED";
}

/** No connection, or a server that cannot answer yet; the message says the likely cause. */
export class UnreachableError extends TimelinesError {
  protected static override readonly defaultCode: string = "UNAVAILABLE";
}

/** The call was ended from outside: by the caller's signal, because the client was closed, or the server stopped. */
export class CallCancelledError extends TimelinesError {
  protected static override readonly defaultCode: string = "CANCELLED";
}

/** The server failed, or does not know this call. */
export class ServerError extends TimelinesError {
  protected static override readonly defaultCode: string = "INTERNAL";
}

type ErrorClass = new (message: string, details?: ErrorDetails) => TimelinesError;

const BY_CODE: Readonly<Record<string, ErrorClass>> = {
  INVALID_ARGUMENT: InvalidQuestionError,
  OUT_OF_RANGE: InvalidQuestionError,
  NOT_FOUND: NotFoundError,
  ALREADY_EXISTS: NameTakenError,
  FAILED_PRECONDITION: PreconditionError,
  ABORTED: PreconditionError,
  UNAUTHENTICATED: UnauthenticatedError,
  PERMISSION_DENIED: PermissionDeniedError,
  RESOURCE_EXHAUSTED: OverloadedError,
  DEADLINE_EXCEEDED: DeadlineError,
  UNAVAILABLE: UnreachableError,
  CANCELLED: CallCancelledError,
};

/** The error of a status code; one that is not listed is the server's fault. */
export function errorFor(code: string, message: string, details: ErrorDetails = {}): TimelinesError {
  return new (BY_CODE[code] ?? ServerError)(message, { ...details, code });
}

/** A question that is refused before it is sent, with the path of its field. */
export function invalid(message: string, field: string, reason = "INVALID_INPUT"): InvalidQuestionError {
  return new InvalidQuestionError(message, { reason, fieldViolations: [{ field, description: message }] });
}
