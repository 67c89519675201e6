// Questions as JSON on standard input -> the page's snippets of each, as JSON: tests run them against real servers.
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { build } from "vite";

const ssr = fileURLToPath(new URL("../src/snippets/texts.ts", import.meta.url));
const made = await build({
  configFile: false,
  logLevel: "silent",
  build: { ssr, write: false },
  ssr: { noExternal: true },
});
const [{ code }] = made.output;
const { textsOf } = await import(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`);
const asked = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(asked.map(({ question, where }) => textsOf(question, where))));
