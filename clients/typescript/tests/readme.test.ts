/** The examples of README.md, as their readers would run them: compiled strictly, then run on the built package. */
import { execFile, spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";

import { gateway, type Gateway } from "./gateway.js";
import { printed } from "./server.js";

const address = inject("server");
const PACKAGE = join(import.meta.dirname, "..");
/** In the package, so that it imports itself by its name. */
const FOLDER = join(import.meta.dirname, ".examples");
const EXAMPLES = [...readFileSync(join(PACKAGE, "README.md"), "utf8").matchAll(/^```ts\n(.*?)^```/gms)].map(
  ([, code = ""]) => code,
);

const OPTIONS = {
  extends: "../../tsconfig.json",
  compilerOptions: { rootDir: "../.." },
  include: ["*.ts"],
};

beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true });
});

afterAll(() => {
  rmSync(FOLDER, { recursive: true, force: true });
});

test("there are three", () => {
  expect(EXAMPLES).toHaveLength(3);
});

test("they compile", async () => {
  for (const [i, code] of EXAMPLES.entries()) writeFileSync(join(FOLDER, `example${String(i)}.ts`), code);
  writeFileSync(join(FOLDER, "tsconfig.json"), JSON.stringify(OPTIONS));
  const compiler = join(PACKAGE, "node_modules/typescript/bin/tsc");
  const said = await promisify(execFile)(process.execPath, [compiler, "-p", FOLDER]).catch((wrong: unknown) => wrong);
  expect(said).toMatchObject({ stdout: "" });
}, 60_000);

/** What an example prints, line by line, with a server and a gateway of ours where it names its own. */
async function run(number: number, through: string): Promise<string[]> {
  const { code } = await transform(EXAMPLES[number] ?? "", { loader: "ts", format: "esm" });
  const file = join(FOLDER, `example${String(number)}.js`);
  writeFileSync(file, code.replace("http://127.0.0.1:8434", through));
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, TIMELINES_SERVER: address, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 30_000,
  });
  return (await printed(child)).trimEnd().split("\n");
}

describe.skipIf(address === "")("with a server", () => {
  let through: Gateway;
  beforeAll(async () => {
    through = await gateway(address);
  });
  afterAll(() => {
    through.stop();
  });

  test("the first prints a median, an interval and two probabilities", async () => {
    const [line = "", ...more] = await run(0, "");
    expect(more).toEqual([]);
    const [median = NaN, low = NaN, high = NaN, by2030 = NaN, never = NaN] = line.split(" ").map(Number);
    expect(low).toBeGreaterThan(2026);
    expect(median).toBeGreaterThanOrEqual(low);
    expect(high).toBeGreaterThanOrEqual(median);
    expect(by2030 + never).toBeLessThanOrEqual(1);
  });

  test("the second prints an answer for each question, and what is wrong with one", async () => {
    const lines = await run(1, "");
    expect(lines).toHaveLength(7);
    expect(lines.slice(0, 5).every((line) => /^\d (?:2\d{3}\.\d+|2\d{3}|Infinity)$/.test(line))).toBe(true);
    expect(lines.slice(5)).toEqual([
      "5 UNKNOWN_NAME",
      "INVALID_ARGUMENT UNKNOWN_NAME question.target.loss.scale false",
    ]);
  });

  test("the third asks through the gateway", async () => {
    const lines = await run(2, through.address);
    expect(lines.at(-2)).toMatch(/^log10 FLOP 41\d \d+\.\d+$/);
    expect(lines.at(-1)).toBe("2");
  });
});
