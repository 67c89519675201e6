/**
 * Many questions, answered in the order asked. Questions are drawn from the caller's iterable never more than
 * `inFlight` ahead of the answers; the window opens slowly, so that the first answers of a slow iterable do not wait
 * for a full window.
 */
import type { Answer } from "./answer.js";
import {
  DeadlineError,
  errorFor,
  InvalidQuestionError,
  ServerError,
  SettingsError,
  TimelinesError,
  UnreachableError,
} from "./errors.js";
import { UINT32, shown } from "./values.js";
import type { Question } from "./question.js";
import { questionMessage } from "./questionMessage.js";
import type { Question as QuestionMessage } from "./gen/timelines/v1/question_pb.js";

/** One question of a batch, answered or not. */
export type BatchItem =
  | { readonly index: number; readonly answer: Answer; readonly error?: undefined }
  | { readonly index: number; readonly answer?: undefined; readonly error: TimelinesError };

/** Questions, all there or made as they are asked for. */
export type Questions = Iterable<Question> | AsyncIterable<Question>;

export interface BatchOptions {
  /** Number of the first question, for going on where a broken batch ended. Default: 0. */
  readonly start?: number | undefined;
  /** How many questions may be on their way at once. Default: 64 on a stream, 6 where each is a call of its own. */
  readonly inFlight?: number | undefined;
  /** Milliseconds to wait for each answer. Default: for ever, while the connection lives. */
  readonly idleTimeoutMs?: number | undefined;
  /** Ends the batch when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** Where questions are handed in and answers come out, in the order asked. */
export interface Desk {
  readonly ask: (index: number, question: QuestionMessage) => void;
  /** The next item; none where the server ended early. */
  readonly reply: () => Promise<BatchItem | undefined>;
  /** No more questions come; resolves when the server has ended well. */
  readonly finish: () => Promise<void>;
  /** Leave at once. */
  readonly leave: () => void;
}

/** Items in the order asked; a batch that breaks raises an error that says how far it came. */
export async function* run(
  questions: Questions,
  desk: Desk,
  options: BatchOptions,
  inFlight: number,
): AsyncGenerator<BatchItem, void, undefined> {
  const { start = 0, idleTimeoutMs } = options;
  const source = iterator(questions);
  const window = new Window(start, options.inFlight ?? inFlight);
  try {
    while (await fill(source, window, desk)) {
      yield window.refused() ?? window.settle(await reply(window, desk, idleTimeoutMs));
    }
    await desk.finish();
  } finally {
    desk.leave();
    await source.return?.();
  }
}

/** Refuse what no batch can have. */
export function checkBatch({ start = 0, inFlight = 1, idleTimeoutMs = 1 }: BatchOptions): void {
  const [least, most] = UINT32;
  if (!(Number.isInteger(start) && least <= start && start <= most)) {
    const what = `give the number of the first question, from 0 to ${String(most)}`;
    throw new SettingsError(`start is ${shown(start)}; ${what}`);
  }
  if (!(Number.isInteger(inFlight) && inFlight >= 1))
    throw new SettingsError(`inFlight is ${shown(inFlight)}; give 1 or more`);
  if (!(idleTimeoutMs > 0))
    throw new SettingsError(`idleTimeoutMs is ${shown(idleTimeoutMs)}; give milliseconds above 0`);
}

/** The questions that are on their way: their numbers, and the errors of those that are refused here. */
class Window {
  #answered = 0;
  #next: number;
  #open = 1;
  readonly #limit: number;
  readonly #waiting: { readonly index: number; readonly error?: TimelinesError }[] = [];

  constructor(start: number, limit: number) {
    this.#next = start;
    this.#limit = limit;
  }

  get hasRoom(): boolean {
    return this.#waiting.length < this.#open;
  }

  get empty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Hand in one more question; one that is refused here has its error when it is due. */
  admit(question: Question, desk: Desk): void {
    const index = this.#next;
    this.#next += 1;
    try {
      desk.ask(index, questionMessage(question));
      this.#waiting.push({ index });
    } catch (wrong) {
      if (!(wrong instanceof InvalidQuestionError)) throw wrong;
      this.#waiting.push({ index, error: wrong });
    }
  }

  /** The item due next, where it was refused here. */
  refused(): BatchItem | undefined {
    const [due] = this.#waiting;
    if (due?.error === undefined) return undefined;
    this.#done();
    return { index: due.index, error: due.error };
  }

  /** The item due next, as the server gave it. */
  settle(item: BatchItem): BatchItem {
    const due = this.#done();
    if (item.index === due) return item;
    throw new ServerError(`the server answered question ${String(item.index)} where ${String(due)} was due`);
  }

  /** The error of a broken batch, with how far it came. */
  broken(error: TimelinesError): TimelinesError {
    const due = String(this.#waiting[0]?.index ?? this.#next);
    const howFar = `the batch broke after ${String(this.#answered)} answers; go on with question ${due} and start: ${due}`;
    const { code, reason, fieldViolations, retryAfterMs } = error;
    const details = { reason, fieldViolations, retryAfterMs, cause: error };
    return errorFor(code, `${error.message} (${howFar})`, details);
  }

  #done(): number {
    this.#answered += 1;
    this.#open = Math.min(this.#open * 2, this.#limit);
    return this.#waiting.shift()?.index ?? this.#next;
  }
}

/** Fill the window; whether an item is due. */
async function fill(source: AnyIterator, window: Window, desk: Desk): Promise<boolean> {
  while (window.hasRoom) {
    const next = await source.next();
    if (next.done === true) break;
    window.admit(next.value, desk);
  }
  return !window.empty;
}

async function reply(window: Window, desk: Desk, idleTimeoutMs: number | undefined): Promise<BatchItem> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const idle = new Promise<never>((_, reject) => {
    if (idleTimeoutMs === undefined || idleTimeoutMs === Infinity) return;
    const late = `no answer for ${String(idleTimeoutMs / 1000)} s`;
    timer = setTimeout(() => {
      reject(new DeadlineError(late, { reason: "IDLE_TIMEOUT" }));
    }, idleTimeoutMs);
  });
  try {
    const item = await Promise.race([desk.reply(), idle]);
    if (item !== undefined) return item;
    throw new UnreachableError("the server ended the stream early", { reason: "STREAM_ENDED" });
  } catch (raised) {
    throw raised instanceof TimelinesError ? window.broken(raised) : raised;
  } finally {
    clearTimeout(timer);
  }
}

interface AnyIterator {
  next(): IteratorResult<Question> | Promise<IteratorResult<Question>>;
  return?(): unknown;
}

function iterator(questions: Questions): AnyIterator {
  return Symbol.asyncIterator in questions ? questions[Symbol.asyncIterator]() : questions[Symbol.iterator]();
}
