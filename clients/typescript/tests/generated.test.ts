/** The generated code is what the protos make today. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { folder } from "./server.js";

const PACKAGE = join(import.meta.dirname, "..");

function contents(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(root, path), readFileSync(path, "utf8")]));
}

test("generating again changes nothing", async () => {
  const [made, remove] = folder();
  try {
    const path = `${join(PACKAGE, "node_modules/.bin")}:${process.env["PATH"] ?? ""}`;
    await promisify(execFile)("buf", ["generate", "--output", made], {
      cwd: PACKAGE,
      env: { ...process.env, PATH: path },
    });
    const [fresh, committed] = [contents(join(made, "src/gen")), contents(join(PACKAGE, "src/gen"))];
    expect(Object.keys(committed)).toEqual(Object.keys(fresh));
    const differing = Object.keys(fresh).filter((name) => fresh[name] !== committed[name]);
    expect(differing, "run `npm run generate`").toEqual([]);
  } finally {
    remove();
  }
}, 60_000);
