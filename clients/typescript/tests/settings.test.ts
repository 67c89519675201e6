import { afterEach, describe, expect, test, vi } from "vitest";

import { SettingsError } from "../src/errors.js";
import * as node from "../src/node.js";
import * as web from "../src/web.js";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("in Node", () => {
  test.each([
    ["127.0.0.1:9", "127.0.0.1:9"],
    ["somewhere", "somewhere:8433"],
    ["::1", "[::1]:8433"],
    ["[::1]:9", "[::1]:9"],
    ["localhost:", "localhost:8433"],
  ])("%s is %s", (given, target) => {
    using client = node.connect(given);
    expect(client.target).toBe(target);
  });

  test.each(["http://host:1", "a b", "unix:/run/x", "user@host", "host:1/x", "host:99999"])(
    "%s is no target",
    (given) => {
      expect(() => node.connect(given)).toThrow(/give host:port, such as 127\.0\.0\.1:8433/);
    },
  );

  test("what is not given comes from the environment", () => {
    vi.stubEnv("TIMELINES_SERVER", "127.0.0.1:77");
    expect(node.connect().target).toBe("127.0.0.1:77");
    expect(node.connect("127.0.0.1:78").target).toBe("127.0.0.1:78");
    vi.stubEnv("TIMELINES_TLS_CA", "no-such-file.pem");
    expect(() => node.connect()).toThrow("cannot read the TLS file no-such-file.pem: ENOENT");
    expect(node.connect(undefined, { tls: false }).target).toBe("127.0.0.1:77");
  });

  test("a certificate needs its key, and files are PEM files", () => {
    expect(() => node.connect("h", { tls: { certFile: "c" } })).toThrow("give certFile and keyFile, or neither");
    expect(() => node.connect("h", { tls: { caFile: "package.json" } })).toThrow("no PEM file");
  });

  test("a token does not travel in plaintext to another machine", () => {
    expect(() => node.connect("far.example", { token: "t" })).toThrow(/the token would travel to far\.example:8433/);
    for (const near of ["127.0.0.1", "127.9.9.9:1", "localhost", "::1"]) node.connect(near, { token: "t" }).close();
    node.connect("far.example", { token: "t", tls: true }).close();
    node.connect("far.example", { token: "t", allowPlaintextToken: true }).close();
    vi.stubEnv("TIMELINES_TOKEN", "secret-of-the-environment");
    expect(() => node.connect("far.example")).toThrow(SettingsError);
  });

  test("a token that is none is refused, and not shown", () => {
    expect(() => node.connect("127.0.0.1", { token: "two words" })).toThrow("has characters that no token has");
    expect(() => node.connect("127.0.0.1", { token: "geheimnís" })).not.toThrow("geheimn");
  });

  test.each([0, -1, NaN])("%f is no deadline", (deadlineMs) => {
    expect(() => node.connect("h", { deadlineMs })).toThrow("give milliseconds above 0");
  });

  test("no attempt at all is refused", () => {
    expect(() => node.connect("h", { retry: { attempts: 0 } })).toThrow("give a whole number from 1");
  });
});

describe("in a browser", () => {
  test("the gateway is an address of http or https", () => {
    expect(web.connect().target).toBe("127.0.0.1:8434");
    expect(web.connect("https://far.example/").target).toBe("far.example");
    for (const wrong of ["127.0.0.1:8434", "ftp://x", ""]) expect(() => web.connect(wrong)).toThrow("give its address");
  });

  test("a token does not travel in plaintext to another machine", () => {
    expect(() => web.connect("http://far.example", { token: "t" })).toThrow("in plaintext");
    web.connect("https://far.example", { token: "t" });
    web.connect("http://[::1]:8434", { token: "t" });
  });
});
