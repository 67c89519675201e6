/** The client as a browser has it: over `fetch`, through a gateway, and free of Node. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import * as node from "../src/node.js";
import { connect, type BatchItem, type ConnectOptions, type Question } from "../src/web.js";
import { ScaleService } from "../src/v1.js";
import { caught } from "./caught.js";
import { gateway, type Gateway } from "./gateway.js";

const address = inject("server");
const PROTOCOLS: readonly ConnectOptions["protocol"][] = ["connect", "grpc-web"];

describe.skipIf(address === "").each(PROTOCOLS)("through a gateway by %s", (protocol) => {
  let through: Gateway;
  beforeAll(async () => {
    through = await gateway(address);
  });
  afterAll(() => {
    through.stop();
  });

  test("the answer is that of gRPC", async () => {
    const question: Question = { loss: 1.24, scale: "kaplan-webtext2", budgetUsd: 1e9 };
    using direct = node.connect(address);
    const answer = await connect(through.address, { protocol }).when(question);
    expect(answer.equals(await direct.when(question))).toBe(true);
  });

  test("errors have their code, reason and fields", async () => {
    const error = await caught(connect(through.address, { protocol }).when({ loss: 1.24, scale: "webtext" }));
    expect(error).toMatchObject({ name: "InvalidQuestionError", reason: "UNKNOWN_NAME", retryable: false });
    expect(error.fieldViolations.map(({ field }) => field)).toEqual(["question.target.loss.scale"]);
    expect(error.message).toMatch(/^unknown scale 'webtext'/);
  });

  test("the deadline is kept", async () => {
    const error = await caught(connect(through.address, { protocol, deadlineMs: 1 }).when({ flop: 2e29, seed: 3 }));
    expect(error.name).toBe("DeadlineError");
  });

  test("a batch is answered in order, a few calls at a time", async () => {
    const questions = Array.from({ length: 40 }, (_, i) => (i === 7 ? { flop: -1 } : { flop: 1e26 * 1.1 ** i }));
    const items: BatchItem[] = [];
    const own = await gateway(address); // the other may still be asked what a deadline ended
    const client = connect(own.address, { protocol });
    for await (const item of client.batch(questions, { start: 5 })) items.push(item);
    expect(items.map(({ index }) => index)).toEqual(questions.map((_, i) => i + 5));
    expect(items.filter(({ error }) => error !== undefined).map(({ index }) => index)).toEqual([12]);
    expect(own.most()).toBeGreaterThan(1);
    expect(own.most()).toBeLessThanOrEqual(6);
    own.stop();
  });

  test("it is ready, and the stubs are there", async () => {
    const client = connect(through.address, { protocol });
    expect(await client.ready()).toBe(true);
    const { scale } = await client.stub(ScaleService).getScale({ name: "scales/kaplan-webtext2" });
    expect(scale?.name).toBe("scales/kaplan-webtext2");
  });

  test("a token travels with every call", async () => {
    const seen: (string | null)[] = [];
    const listening: typeof fetch = (input, init) => {
      seen.push(new Headers(init?.headers).get("authorization"));
      return fetch(input, init);
    };
    await connect(through.address, { protocol, token: "abc", fetch: listening }).when({ flop: 2e29 });
    expect(seen).toEqual(["Bearer abc"]);
  });
});

describe.each(PROTOCOLS)("a gateway by %s", (protocol) => {
  test("that is not there is unreachable, and tried as often as told", async () => {
    let calls = 0;
    const counting: typeof fetch = (input, init) => {
      calls += 1;
      return fetch(input, init);
    };
    const client = connect("http://127.0.0.1:1", {
      protocol,
      fetch: counting,
      retry: { attempts: 3, firstDelayMs: 1 },
    });
    const error = await caught(client.when({ flop: 2e29 }));
    expect(error).toMatchObject({ code: "UNAVAILABLE", reason: "UNREACHABLE", retryable: true });
    expect(error.message).toMatch(/^cannot reach 127\.0\.0\.1:1: nothing answers there/);
    expect(calls).toBe(3);
    expect(await client.ready()).toBe(false);
  });

  test("that is another web server does not know the call", async () => {
    const other = createServer((_, response) => response.writeHead(404).end("no"));
    await new Promise<void>((done) => other.listen(0, "127.0.0.1", done));
    const client = connect(`http://127.0.0.1:${String((other.address() as AddressInfo).port)}`, { protocol });
    const error = await caught(client.when({ flop: 2e29 }));
    other.closeAllConnections();
    other.close();
    expect(error).toMatchObject({ name: "ServerError", code: "UNIMPLEMENTED" });
  });
});

test("the page's part needs nothing of Node, and is small", async () => {
  const bundled = await build({
    entryPoints: [join(import.meta.dirname, "../src/web.ts")],
    bundle: true,
    format: "esm",
    minify: true,
    platform: "browser",
    write: false,
  });
  const [file] = bundled.outputFiles;
  expect(file?.text).not.toMatch(/["']node:/);
  expect(file?.contents.length ?? Infinity).toBeLessThan(250_000);
});
