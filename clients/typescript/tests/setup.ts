/** One server for every test that only asks. */
import type { TestProject } from "vitest/node";

import { NO_SERVER, start } from "./server.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Its `host:port`; empty where none can be started. */
    server: string;
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (NO_SERVER !== "") {
    process.stderr.write(`tests that need a server are skipped: ${NO_SERVER}\n`);
    project.provide("server", "");
    return undefined;
  }
  const server = await start();
  project.provide("server", server.address);
  return server.stop;
}
