/** The client in Node: gRPC over HTTP/2, straight to the server. */
import { readFileSync } from "node:fs";
import type { SecureClientSessionOptions } from "node:http2";

import { createGrpcTransport } from "@connectrpc/connect-node";

import { Client } from "./client.js";
import { SettingsError } from "./errors.js";
import { nodeLosses } from "./nodeLosses.js";
import { Sessions } from "./nodeSessions.js";
import { settle, type CommonOptions } from "./settings.js";
import { bearer } from "./token.js";
import { shown } from "./values.js";

export * from "./shared.js";

export const DEFAULT_PORT = 8433;
export const DEFAULT_SERVER = `127.0.0.1:${String(DEFAULT_PORT)}`;

/** PEM files for an encrypted connection. */
export interface TlsFiles {
  /** Certificate of the authority that signed the server's; default: the authorities that Node trusts. */
  readonly caFile?: string | undefined;
  /** The client's own certificate, where the server asks for one; with its key. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

export interface ConnectOptions extends CommonOptions {
  /** Encrypt: true with the authorities that Node trusts, or files. Default: by TIMELINES_TLS_*, else plaintext. */
  readonly tls?: TlsFiles | boolean | undefined;
}

/**
 * A client of the server at `host:port`; nothing is called before the first question.
 *
 * What is not given is taken from TIMELINES_SERVER, TIMELINES_TOKEN, TIMELINES_TLS_CA, TIMELINES_TLS_CERT and
 * TIMELINES_TLS_KEY, where they are set.
 */
export function connect(target?: string, options: ConnectOptions = {}): Client {
  const { env } = process;
  const files = tlsFiles(options.tls, env);
  const authority = authorityOf(target ?? (env["TIMELINES_SERVER"] || DEFAULT_SERVER));
  const token = options.token ?? (env["TIMELINES_TOKEN"] || undefined);
  const settings = settle(`${files === undefined ? "http" : "https"}://${authority}`, { ...options, token });
  const nodeOptions = files === undefined ? {} : secureOptions(files);
  const sessions = new Sessions(settings.baseUrl, nodeOptions);
  const transport = createGrpcTransport({
    baseUrl: settings.baseUrl,
    sessionManager: sessions,
    interceptors: bearer(settings.token),
  });
  const losses = nodeLosses({ tls: files !== undefined, certificate: files?.certFile !== undefined });
  const close = (): void => {
    sessions.abort();
  };
  return new Client({ settings, transport, losses, bidirectional: true, waits: true, close });
}

/** `host:port` as a URL takes it. */
function authorityOf(given: string): string {
  let authority = given.trim();
  const bare = authority.split(":").length > 2 && !authority.startsWith("[");
  if (bare) authority = `[${authority}]`; // an IPv6 address without its port
  if (!/:\d+$/.test(authority) || authority.endsWith("]"))
    authority = `${authority.replace(/:$/, "")}:${String(DEFAULT_PORT)}`;
  if (/^(?:\[[\da-f:.]+\]|[^\s/@?#:[\]]+):\d+$/i.test(authority) && URL.canParse(`http://${authority}`))
    return authority;
  throw new SettingsError(`target is ${shown(given)}; give host:port, such as ${DEFAULT_SERVER}`);
}

function tlsFiles(given: TlsFiles | boolean | undefined, env: NodeJS.ProcessEnv): TlsFiles | undefined {
  if (given === false) return undefined;
  const named = {
    caFile: env["TIMELINES_TLS_CA"] || undefined,
    certFile: env["TIMELINES_TLS_CERT"] || undefined,
    keyFile: env["TIMELINES_TLS_KEY"] || undefined,
  };
  const files = typeof given === "object" ? given : named;
  if (given === undefined && Object.values(named).every((file) => file === undefined)) return undefined;
  if ((files.certFile === undefined) !== (files.keyFile === undefined)) {
    throw new SettingsError("a client certificate needs its key: give certFile and keyFile, or neither");
  }
  return files;
}

function secureOptions({ caFile, certFile, keyFile }: TlsFiles): SecureClientSessionOptions {
  const pem = { ca: read(caFile), cert: read(certFile), key: read(keyFile) };
  return Object.fromEntries(Object.entries(pem).filter(([, content]) => content !== undefined));
}

function read(file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined;
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (wrong) {
    const why = wrong instanceof Error && "code" in wrong ? String(wrong.code) : "unknown error";
    throw new SettingsError(`cannot read the TLS file ${file}: ${why}`, { cause: wrong });
  }
  if (content.includes("-----BEGIN ")) return content;
  throw new SettingsError(`the TLS file ${file} is no PEM file: it has no BEGIN line`);
}
