/** Servers that are not there, do not answer, hang up, or want another client. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer as createHttp1 } from "node:http";
import { createServer as createHttp2 } from "node:http2";
import { createServer, type AddressInfo, type Server as Listener } from "node:net";
import { join } from "node:path";

import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { connect, type ConnectOptions, type TimelinesError } from "../src/node.js";
import { ForecastService } from "../src/v1.js";
import { caught } from "./caught.js";
import { folder, NO_SERVER, python, start, type Server } from "./server.js";

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

async function listening(server: Listener): Promise<string> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  closing.push(() => void server.close());
  return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

async function refusal(address: string, options: ConnectOptions = {}): Promise<TimelinesError> {
  using client = connect(address, { deadlineMs: 3000, retry: false, ...options });
  return await caught(client.when({ flop: 2e29 }));
}

describe("a server that is not there", () => {
  test("is told at once where calls are not repeated", async () => {
    const error = await refusal("127.0.0.1:1");
    expect(error).toMatchObject({
      name: "UnreachableError",
      code: "UNAVAILABLE",
      reason: "UNREACHABLE",
      retryable: true,
    });
    expect(error.message).toMatch(
      /^cannot reach 127\.0\.0\.1:1: nothing listens there; start it with `timelines serve`/,
    );
  });

  test("is waited for within the deadline", async () => {
    const began = performance.now();
    const error = await refusal("127.0.0.1:1", { retry: { longestDelayMs: 200 }, deadlineMs: 1500 });
    expect(error.message).toMatch(/waited [1-9]\d*\.\d s$/);
    expect(performance.now() - began).toBeLessThan(4000);
  });

  test("and is answered when it comes", async () => {
    const late = createHttp2(answering());
    const probe = createServer();
    const address = await listening(probe);
    probe.close();
    using client = connect(address, { retry: { longestDelayMs: 100 } });
    const answer = client.when({ flop: 2e29 });
    await new Promise((done) => setTimeout(done, 500));
    late.listen(Number(address.split(":")[1]), "127.0.0.1");
    closing.push(() => void late.close());
    expect((await answer).pNever).toBe(0.25);
  });

  test("and never comes is told at once where its name is unknown", async () => {
    const error = await refusal("no-such-host.invalid", { retry: {}, deadlineMs: 20_000 });
    expect(error).toMatchObject({ code: "UNAVAILABLE", retryable: false });
    expect(error.message).toContain("there is no such host");
  });
});

describe("a server that is another's", () => {
  test("hangs up", async () => {
    const address = await listening(createServer((socket) => socket.destroy()));
    expect((await refusal(address)).message).toContain("it hung up: it stopped, or wants TLS");
  });

  test("says nothing", async () => {
    const address = await listening(createServer(() => undefined));
    for (const tls of [false, true]) {
      const error = await refusal(address, { deadlineMs: 300, tls });
      expect(error).toMatchObject({ name: "DeadlineError", code: "DEADLINE_EXCEEDED" });
    }
  });

  test("speaks HTTP/1", async () => {
    const web = createHttp1((_, response) => response.end("hello"));
    const address = await listening(web);
    closing.push(() => {
      web.closeAllConnections();
    });
    const error = await refusal(address, { retry: {} });
    expect(error.message).toContain("something else than gRPC answers there");
    expect(error.retryable).toBe(false);
  });
});

/** A server that answers, after it has failed as often as told. */
function answering(failures = 0, code = Code.Unavailable, pushbackMs?: string): ReturnType<typeof connectNodeAdapter> {
  let calls = 0;
  return connectNodeAdapter({
    routes: (router) =>
      router.service(ForecastService, {
        forecast: () => {
          calls += 1;
          if (calls > failures) return { answer: { pNever: 0.25, pAlready: calls / 100 } };
          throw new ConnectError(
            "not now",
            code,
            pushbackMs === undefined ? {} : { "grpc-retry-pushback-ms": pushbackMs },
          );
        },
      }),
  });
}

describe("a server that fails", () => {
  async function asked(...failing: Parameters<typeof answering>): Promise<number> {
    const server = createHttp2(answering(...failing));
    const address = await listening(server);
    using client = connect(address, { retry: { firstDelayMs: 10 } });
    return Math.round((await client.when({ flop: 1e29 })).pAlready * 100);
  }

  test("is asked again when the call was lost", async () => {
    expect(await asked(3)).toBe(4);
  });

  test("is asked again after the time that it says", async () => {
    const began = performance.now();
    expect(await asked(1, Code.Unavailable, "300")).toBe(2);
    expect(performance.now() - began).toBeGreaterThan(290);
  });

  test("is not asked again when it says so", async () => {
    await expect(asked(1, Code.Unavailable, "-1")).rejects.toMatchObject({ code: "UNAVAILABLE", message: "not now" });
  });

  test.each([Code.ResourceExhausted, Code.Internal, Code.Aborted])("is not asked again after code %i", async (code) => {
    await expect(asked(1, code)).rejects.toMatchObject({ message: "not now" });
  });

  test("says when to ask again where it has too much to do", async () => {
    const error = await caught(asked(1, Code.ResourceExhausted, "70"));
    expect(error).toMatchObject({
      name: "OverloadedError",
      code: "RESOURCE_EXHAUSTED",
      retryAfterMs: 70,
      retryable: true,
    });
  });
});

describe.skipIf(NO_SERVER !== "")("a server that wants a token", () => {
  let [server, token]: [Server | undefined, string] = [undefined, ""];
  beforeAll(async () => {
    const [home, remove] = folder();
    closing.push(remove);
    const file = join(home, "tokens");
    const command = ["-m", "forecast.cli.main", "token", "--name", "its-read", "--scope", "read", "--file", file];
    token = (
      await python(
        `import runpy, sys; sys.argv = ${JSON.stringify(command.slice(1))}; runpy.run_module("forecast.cli.main", run_name="__main__")`,
        "",
      )
    ).trim();
    server = await start("--tokens", file);
  });
  afterAll(() => server?.stop());

  test("answers to it", async () => {
    using client = connect(server?.address, { token });
    expect((await client.when({ flop: 2e29 })).pNever).toBeGreaterThanOrEqual(0);
  });

  test.each([undefined, "tl_wrong"])("refuses %s", async (wrong) => {
    const error = await refusal(server?.address ?? "", { token: wrong, retry: {} });
    expect(error).toMatchObject({ name: "UnauthenticatedError", code: "UNAUTHENTICATED", retryable: false });
    expect(error.message).not.toContain("tl_wrong");
  });

  test("refuses what the token's scope does not reach", async () => {
    using client = connect(server?.address, { token });
    const { FitService } = await import("../src/v1.js");
    const error = await caught(client.stub(FitService).createFit({}), (raised) => client.errorOf(raised));
    expect(error).toMatchObject({ name: "PermissionDeniedError", code: "PERMISSION_DENIED" });
  });
});

describe.skipIf(NO_SERVER !== "")("a server with TLS that asks for certificates", () => {
  let server: Server | undefined;
  const [home, remove] = folder();
  const file = (name: string): string => join(home, name);
  beforeAll(async () => {
    certificates(home);
    const own = ["--tls-cert", file("server.pem"), "--tls-key", file("server.key")];
    server = await start(...own, "--client-ca", file("ca.pem"));
  });
  afterAll(async () => {
    await server?.stop();
    remove();
  });

  test("answers to a client that it trusts", async () => {
    const tls = { caFile: file("ca.pem"), certFile: file("client.pem"), keyFile: file("client.key") };
    using client = connect(server?.address, { tls });
    expect((await client.when({ flop: 2e29 })).pNever).toBeGreaterThanOrEqual(0);
  });

  test.each<[string, ConnectOptions["tls"], RegExp]>([
    ["plaintext", false, /it hung up: it stopped, or wants TLS/],
    ["an authority that did not sign", true, /not signed by an authority that this client trusts/],
    ["no certificate", { caFile: file("ca.pem") }, /it hung up: it stopped, or wants a client certificate/],
    [
      "a key of another certificate",
      { caFile: file("ca.pem"), certFile: file("client.pem"), keyFile: file("server.key") },
      /the TLS files cannot be used/,
    ],
  ])("refuses %s", async (_, tls, words) => {
    const error = await refusal(server?.address ?? "", { tls });
    expect(error.code).toBe("UNAVAILABLE");
    expect(error.message).toMatch(words);
  });
});

/** An authority, and what it signs, by the openssl command. */
function certificates(home: string): void {
  const openssl = (...words: string[]): void => {
    execFileSync("openssl", words, { cwd: home, stdio: "ignore" });
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", "-x509", ...key, "-days", "2", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=ours");
  writeFileSync(join(home, "names"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
  for (const name of ["server", "client"]) {
    openssl("req", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "7", "-days", "2", "-extfile", "names"];
    openssl("x509", "-req", "-in", `${name}.csr`, ...signed, "-out", `${name}.pem`);
  }
}
