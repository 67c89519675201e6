/** Where the server is, as the clients name it. */

/** The addresses of one server. */
export interface Where {
  /** Its gateway, such as `http://127.0.0.1:8434`: where the page came from. */
  readonly gateway: string;
  /** `host:port` of gRPC, where it is not the one that clients ask by themselves. */
  readonly server: string | undefined;
  /** Whether it asks for a token. */
  readonly token: boolean;
}

const GRPC_PORT = 8433;

/** The server that a page came from; its gRPC port is taken for the usual one, which a page cannot know. */
export function whereOf(origin: string, token: boolean): Where {
  const { hostname, protocol } = new URL(origin);
  const here = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname) && protocol === "http:";
  return { gateway: origin, server: here ? undefined : `${hostname}:${String(GRPC_PORT)}`, token };
}

/** Whether clients have to be told to encrypt. */
export function encrypted({ gateway }: Where): boolean {
  return gateway.startsWith("https:");
}
