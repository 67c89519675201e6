/** The client of the page: of the address that the page came from, with the token that was given. */
import { connect, type Client } from "timelines-client/web";

import { keepToken, token } from "./token";

/** A client whose token can change; parts keep the one that they were handed. */
export interface Connection {
  /** Stands for the client of now, whichever token it has. */
  readonly client: Client;
  /**
   * Calls have this token from now on.
   *
   * @throws SettingsError where it is no token, or would travel in plaintext to another machine.
   */
  authorize(given: string): void;
}

/** Connects to where the page came from. */
export function connection(address: string = location.origin): Connection {
  let now = made(address);
  // Parts hold on to what they are handed, so they are handed one that always calls the newest.
  const client = new Proxy(now, {
    get: (_, name) => {
      const found: unknown = Reflect.get(now, name, now);
      return typeof found === "function" ? (found.bind(now) as unknown) : found;
    },
  });
  return {
    client,
    authorize(given) {
      now = connect(address, { token: given });
      keepToken(given);
    },
  };
}

/** A token that cannot be sent from here is as none: the server asks for one, and the page says why not. */
function made(address: string): Client {
  try {
    return connect(address, { token: token() });
  } catch {
    return connect(address);
  }
}
