/** Connections in Node: kept alive while calls are on them, and never the end of the process. */
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  ClientSessionOptions,
  SecureClientSessionOptions,
} from "node:http2";

import { Http2SessionManager } from "@connectrpc/connect-node";

/**
 * A connection with calls on it is pinged when it falls silent, and ended when that is not answered: a frozen server is
 * noticed. One without calls is pinged before the next. It is not pinged in between: the manager (2.1.2) would go on
 * pinging a connection that has just been closed, which raises an error that nobody can catch.
 */
const KEEPALIVE = { pingIntervalMs: 10_000, pingTimeoutMs: 5_000, pingIdleConnection: false };

export class Sessions extends Http2SessionManager {
  readonly #heard = new WeakSet<ClientHttp2Session>();

  constructor(url: string, options: ClientSessionOptions | SecureClientSessionOptions) {
    super(url, KEEPALIVE, options);
  }

  /** As the manager's; a connection that fails after it was given up has somebody who listens. */
  override async request(...call: Parameters<Http2SessionManager["request"]>): Promise<ClientHttp2Stream> {
    const stream = await super.request(...call);
    const { session } = stream;
    if (session !== undefined && !this.#heard.has(session as ClientHttp2Session)) {
      this.#heard.add(session as ClientHttp2Session);
      session.on("error", () => undefined);
    }
    return stream;
  }
}
