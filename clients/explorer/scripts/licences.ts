/** The licences of what the page is built from travel with it: this writes them beside its scripts. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Plugin } from "vite";

const HOLDER = /^licen[cs]e(\.\w+)?$/i;

/** The folders of the packages that modules come from. */
function packages(modules: Iterable<string>): Set<string> {
  const found = new Set<string>();
  for (const path of modules) {
    if (!path.includes("/node_modules/") || path.startsWith("\0")) continue;
    let folder = dirname(path);
    while (!named(folder)) folder = dirname(folder);
    found.add(folder);
  }
  return found;
}

/** Whether a folder is that of a package: some hold a package.json that says only how their modules are to be read. */
function named(folder: string): boolean {
  const file = join(folder, "package.json");
  return existsSync(file) && "version" in (JSON.parse(readFileSync(file, "utf8")) as object);
}

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

function licence(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Package;
  const file = readdirSync(folder).find((one) => HOLDER.test(one));
  const words = file === undefined ? "" : `\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  return `${name} ${version}: ${license ?? "see its licence"}\n${words}`;
}

/** Writes `assets/licences.txt`, and its address where the page's `%LICENCES%` stands. */
export function licences(): Plugin {
  let name = "";
  return {
    name: "licences",
    apply: "build",
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((one) => (one.type === "chunk" ? one.moduleIds : []));
      const source = [...packages(modules)]
        .map(licence)
        .sort()
        .join(`\n${"-".repeat(80)}\n\n`);
      name = this.getFileName(this.emitFile({ type: "asset", name: "licences.txt", source }));
    },
    transformIndexHtml: { order: "post", handler: (page) => page.replace("%LICENCES%", `/${name}`) },
  };
}
