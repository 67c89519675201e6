/** The token of every call. */
import type { Interceptor } from "@connectrpc/connect";

/** Sends the token, where there is one. */
export function bearer(token: string | undefined): Interceptor[] {
  if (token === undefined) return [];
  return [
    (next) => (request) => {
      request.header.set("authorization", `Bearer ${token}`);
      return next(request);
    },
  ];
}
