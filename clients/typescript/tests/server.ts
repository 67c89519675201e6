/** A real server process for tests: started from the project's environment, waited for, always ended. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../../..");
/** Python with the project in it: as told, else that of the checkout's own environment. */
export const PYTHON = process.env["TIMELINES_PYTHON"] || join(ROOT, ".venv/bin/python");
export const NO_SERVER = existsSync(PYTHON) ? "" : "no .venv in the checkout: run `make env`, or set TIMELINES_PYTHON";

const START_MS = 50_000;
const READY = /^Serving timelines\.v1 on (\S+)/m;

export interface Server {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  readonly stop: () => Promise<void>;
}

/** A folder that is removed by the function beside it. */
export function folder(): readonly [string, () => void] {
  const made = mkdtempSync(join(tmpdir(), "timelines-client-"));
  return [
    made,
    () => {
      rmSync(made, { recursive: true, force: true });
    },
  ];
}

/** A server that has said that it is ready, on any free port of loopback and an empty state folder. */
export async function start(...options: string[]): Promise<Server> {
  const [home, remove] = folder();
  const command = ["-m", "forecast.cli.main", "serve", "--port", "0", ...options];
  const child = spawn(PYTHON, command, {
    cwd: ROOT,
    env: { ...process.env, TIMELINES_HOME: home, OMP_NUM_THREADS: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", kill);
  const stop = async (): Promise<void> => {
    await ended(child);
    process.off("exit", kill);
    remove();
  };
  try {
    return { address: await ready(child), stop };
  } catch (failure) {
    await stop();
    throw failure;
  }
}

/** Run Python in the project's environment; what it prints. */
export async function python(code: string, input: string, env: Record<string, string> = {}): Promise<string> {
  const child = spawn(PYTHON, ["-c", code], { cwd: ROOT, env: { ...process.env, ...env }, timeout: START_MS });
  child.stdin.end(input);
  return printed(child);
}

/** What a process prints, once it has ended well. */
export function printed(child: ChildProcess): Promise<string> {
  const [output, errors]: [string[], string[]] = [[], []];
  child.stdout?.on("data", (text: Buffer) => output.push(text.toString()));
  child.stderr?.on("data", (text: Buffer) => errors.push(text.toString()));
  return new Promise((fulfil, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) fulfil(output.join(""));
      else reject(new Error(`it ended with ${String(code)}:\n${output.join("")}\n${errors.join("")}`));
    });
  });
}

function ready(child: ChildProcess): Promise<string> {
  let said = "";
  return new Promise((fulfil, reject) => {
    const late = setTimeout(() => {
      reject(new Error(`the server was not ready in time:\n${said}`));
    }, START_MS);
    const listen = (text: Buffer): void => {
      said += text.toString();
      const address = READY.exec(said)?.[1];
      if (address === undefined) return;
      clearTimeout(late);
      fulfil(address);
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", (text: Buffer) => {
      said += text.toString();
    });
    child.once("exit", (code) => {
      clearTimeout(late);
      reject(new Error(`the server ended with ${String(code)}:\n${said}`));
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((fulfil) => {
    child.once("exit", () => {
      fulfil();
    });
    child.kill("SIGKILL");
  });
}
