// Takes the addresses out of package-lock.json: where packages come from is the registry's setting and not the lock's,
// and whom to give money is no part of it. `npm run lock` runs this after npm has resolved package.json.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
for (const entry of Object.values(lock.packages)) {
  delete entry.funding;
  if (!entry.link) delete entry.resolved; // a link says where it leads, which is here
}
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
