/** What Node says when a connection fails -> what is probably wrong, and what to do about it. */
import { Code, type ConnectError } from "@connectrpc/connect";

import type { Loss } from "./failures.js";
import type { Settings } from "./settings.js";

const UNTRUSTED =
  "its certificate is not signed by an authority that this client trusts, or has expired; give tls.caFile " +
  "(TIMELINES_TLS_CA), the certificate of the authority that signed the server's";

/** Beginnings of the codes of Node's errors; waiting mends none of these. */
const HOPELESS: readonly (readonly [RegExp, string])[] = [
  [/^(?:UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_)/, UNTRUSTED],
  [/^ERR_TLS_CERT_ALTNAME/, "its certificate is for another name; call it by a name or address that it lists"],
  [
    /^ERR_SSL_(?:WRONG_VERSION|PACKET_LENGTH)/,
    "this client speaks TLS and the server does not; leave tls out, or start the server with TLS",
  ],
  [/^ERR_OSSL_/, "the TLS files cannot be used; give a certificate, and the key that belongs to it"],
  [/^ERR_SSL_/, "the two do not agree on TLS; see the certificates of both"],
  [/^ERR_HTTP2_ERROR$/, "something else than gRPC answers there; see the port"],
  [/^ENOTFOUND$/, "there is no such host; see the name"],
];

const STARTS = "nothing listens there; start it with `timelines serve`, or give its address (TIMELINES_SERVER)";
const FROZEN = "it stopped answering; it is frozen, or the network between is gone";
const GONE = "the connection was lost; the server stopped, or the network between is gone";

/** Files for TLS that the client was given. */
export interface Given {
  readonly tls: boolean;
  readonly certificate: boolean;
}

/** What Node's failures mean to a client with such files. */
export function nodeLosses(given: Given): (failure: ConnectError, settings: Settings) => Loss | undefined {
  return (failure) => {
    const code = causeCode(failure.cause);
    const cause = HOPELESS.find(([beginning]) => beginning.test(code))?.[1];
    if (cause !== undefined) return { cause, hopeless: true };
    if (code === "ECONNREFUSED") return { cause: STARTS, hopeless: false };
    if (code === "ETIMEDOUT" || failure.rawMessage.includes("PING")) return { cause: FROZEN, hopeless: false };
    if (failure.rawMessage.startsWith("http/2 stream closed")) return { cause: hungUp(given), hopeless: false };
    if (code === "" && failure.code !== Code.Unavailable && failure.code !== Code.Aborted) return undefined;
    return { cause: GONE, hopeless: false };
  };
}

/** A stream that is closed from the other side without a word. */
function hungUp({ tls, certificate }: Given): string {
  if (!tls) return "it hung up: it stopped, or wants TLS; give tls: true, or tls: { caFile }";
  if (!certificate) return "it hung up: it stopped, or wants a client certificate; give tls.certFile and tls.keyFile";
  return "it hung up: it stopped, or does not accept the client certificate in tls.certFile";
}

function causeCode(cause: unknown): string {
  if (!(cause instanceof Error)) return "";
  return "code" in cause && typeof cause.code === "string" ? cause.code : causeCode(cause.cause);
}
