/** The client in a browser, and wherever there is `fetch`: it speaks to the gateway, by Connect or gRPC-Web. */
import { Code, type ConnectError } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";

import { Client } from "./client.js";
import { SettingsError } from "./errors.js";
import type { Loss } from "./failures.js";
import { settle, type CommonOptions } from "./settings.js";
import { bearer } from "./token.js";
import { shown } from "./values.js";

export * from "./shared.js";

/** Where the gateway listens, unless it is told otherwise. */
export const DEFAULT_GATEWAY = "http://127.0.0.1:8434";

export interface ConnectOptions extends CommonOptions {
  /** How to speak: Connect, whose calls can be read and cached, or gRPC-Web. Default: connect. */
  readonly protocol?: "connect" | "grpc-web" | undefined;
  /** Stands in for the browser's own `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** A client of the gateway at an address such as `https://host`; nothing is called before the first question. */
export function connect(gateway: string = DEFAULT_GATEWAY, options: ConnectOptions = {}): Client {
  const settings = settle(baseUrl(gateway), options);
  const interceptors = bearer(settings.token);
  const fetched = options.fetch === undefined ? {} : { fetch: options.fetch };
  const wire = { baseUrl: settings.baseUrl, interceptors, useBinaryFormat: true, ...fetched };
  const transport = options.protocol === "grpc-web" ? createGrpcWebTransport(wire) : createConnectTransport(wire);
  return new Client({ settings, transport, losses, bidirectional: false, waits: false, close: () => undefined });
}

function baseUrl(gateway: string): string {
  const url = URL.canParse(gateway) ? new URL(gateway) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return gateway.replace(/\/+$/, "");
  throw new SettingsError(`the gateway is ${shown(gateway)}; give its address, such as ${DEFAULT_GATEWAY}`);
}

const SILENT =
  "nothing answers there, or it does not let this page ask; see that the gateway runs, and that this page is one of its own";

/** A `fetch` that fails raises a TypeError and never says why; an answer of no such gateway comes as HTTP's status. */
function losses(failure: ConnectError): Loss | undefined {
  if (failure.cause instanceof TypeError) return { cause: SILENT, hopeless: false };
  if (failure.code !== Code.Unavailable) return undefined;
  return { cause: "what answers there cannot reach the service", hopeless: false };
}
