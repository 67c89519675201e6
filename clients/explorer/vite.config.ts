/** How the page is built: into the gateway's own folder, hashed, with nothing inline that a strict policy would refuse. */
import { readFileSync } from "node:fs";

import { transformWithEsbuild, type Plugin } from "vite";
import { defineConfig } from "vitest/config";

import { licences } from "./scripts/licences.js";

const gateway = process.env["EXPLORER_GATEWAY"] ?? "http://127.0.0.1:8434";
const source = new URL("src/frame/scheme.ts", import.meta.url);

/** The colour scheme is chosen before anything is drawn, by a script of its own that the browser waits for. */
function scheme(): Plugin {
  let minified = "";
  let name = "";
  return {
    name: "scheme",
    async buildStart() {
      minified = (await transformWithEsbuild(readFileSync(source, "utf8"), "scheme.ts", { minify: true })).code;
    },
    generateBundle() {
      name = this.getFileName(this.emitFile({ type: "asset", name: "scheme.js", source: minified }));
    },
    transformIndexHtml: {
      order: "post",
      handler: (_, { server }) =>
        server === undefined
          ? [{ tag: "script", attrs: { src: `/${name}` }, injectTo: "head-prepend" }]
          : [{ tag: "script", attrs: { type: "module", src: "/src/frame/scheme.ts" }, injectTo: "head-prepend" }],
    },
  };
}

export default defineConfig({
  plugins: [scheme(), licences()],
  build: {
    outDir: "../../server/timelines_server/gateway/page",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    sourcemap: false,
    chunkSizeWarningLimit: 1000,
  },
  // One copy of what both the client and the page use.
  resolve: { dedupe: ["@bufbuild/protobuf", "@connectrpc/connect"] },
  server: {
    proxy: { "^/((timelines|grpc)\\.|healthz)": { target: gateway, headers: { origin: gateway }, changeOrigin: true } },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "happy-dom", testTimeout: 20_000 },
});
