/// <reference lib="esnext.disposable" preserve="true" />
/** The client, the same in Node and in the browser; `connect` of either makes one. */
import type { DescMessage, DescMethodUnary, DescService, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { createClient, type Client as Stub } from "@connectrpc/connect";

import { answerOf, type Answer } from "./answer.js";
import { checkBatch, run, type BatchItem, type BatchOptions, type Questions } from "./batch.js";
import { Calls, type Link } from "./calls.js";
import { singleDesk, streamDesk } from "./desks.js";
import { failed } from "./failures.js";
import type { TimelinesError } from "./errors.js";
import { ForecastService } from "./gen/timelines/v1/forecast_service_pb.js";
import type { Question } from "./question.js";
import { questionMessage } from "./questionMessage.js";
import type { CallOptions } from "./settings.js";

const IN_FLIGHT = { stream: 64, calls: 6 } as const;

/** Asks a `timelines` server. */
export class Client {
  readonly #calls: Calls;
  readonly #forecasts: Stub<typeof ForecastService>;

  constructor(link: Link) {
    this.#calls = new Calls(link);
    this.#forecasts = createClient(ForecastService, link.transport);
  }

  /** The server's `host:port`. */
  get target(): string {
    return this.#calls.link.settings.target;
  }

  /**
   * Ask when a target becomes affordable.
   *
   * @throws InvalidQuestionError naming the field, its value and the remedy; another TimelinesError where there is no
   * answer.
   */
  async when(question: Question, options: CallOptions = {}): Promise<Answer> {
    const { answer } = await this.call(
      ForecastService.method.forecast,
      { question: questionMessage(question) },
      options,
    );
    return answerOf(answer);
  }

  /**
   * Ask many questions; answers come in the order asked, one bad question ends nothing. Leaving the loop early cancels
   * the rest. In Node they travel on one stream; in the browser each is a call of its own, a few at a time.
   *
   * @throws UnreachableError when the server is gone; it says with which question to go on.
   */
  async *batch(questions: Questions, options: BatchOptions = {}): AsyncGenerator<BatchItem, void, undefined> {
    checkBatch(options);
    const { signal } = options;
    const { bidirectional } = this.#calls.link;
    await this.#calls.reach({ signal });
    const desk = (bidirectional ? streamDesk : singleDesk)(this.#calls, this.#forecasts, signal);
    yield* run(questions, desk, options, bidirectional ? IN_FLIGHT.stream : IN_FLIGHT.calls);
  }

  /** Whether the server says that it is serving; false also where nothing answers yet. */
  ready(options: CallOptions = {}): Promise<boolean> {
    return this.#calls.serving(options);
  }

  /**
   * Any call of any service that has one answer, such as `ForecastService.method.trajectory`, with this client's
   * connection, token, deadline, repetitions and errors.
   */
  async call<Request extends DescMessage, Reply extends DescMessage>(
    method: DescMethodUnary<Request, Reply>,
    request: MessageInitShape<Request>,
    options: CallOptions = {},
  ): Promise<MessageShape<Reply>> {
    const { transport } = this.#calls.link;
    return await this.#calls.unary(async ({ signal, timeoutMs }) => {
      const { message } = await transport.unary(method, signal, timeoutMs, undefined, request);
      return message;
    }, options);
  }

  /**
   * A generated client of one service, with this client's connection and token. It has no deadline unless the call
   * gives `timeoutMs`, repeats nothing, and raises ConnectErrors; `errorOf` makes ours of them.
   */
  stub<Service extends DescService>(service: Service): Stub<Service> {
    this.#calls.refuseWhenClosed();
    return createClient(service, this.#calls.link.transport);
  }

  /** The error of this package for what a stub raised. */
  errorOf(raised: unknown): TimelinesError {
    const { settings, losses } = this.#calls.link;
    return failed(raised, settings, losses).error;
  }

  /** End the connection and every call on it; closing twice is fine. */
  close(): void {
    this.#calls.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
