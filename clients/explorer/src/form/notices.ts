/** What the whole page has to say: a link that was not understood, a token that is asked for. */
import { PermissionDeniedError, UnauthenticatedError, UnreachableError } from "timelines-client/web";

import type { Asking, Services } from "../contract";
import { Lookout } from "../state/health";
import { token } from "../state/token";
import { button, element } from "./dom";

type Topic = "link" | "token";

/** Follows the asking, and asks again where a server was away; returns how to tell of a link. */
export function mountNotices(
  root: HTMLElement,
  { asking }: Pick<Services, "asking">,
  authorize: (token: string) => void,
): (problem: string | undefined) => void {
  const notices = new Notices(root);
  const lookout = new Lookout(() => {
    asking.retry();
  });
  const hear = (now: Asking): void => {
    follow(now, notices, lookout, () =>
      tokenForm(notices, authorize, () => {
        asking.retry();
      }),
    );
  };
  asking.subscribe(hear);
  hear(asking.current);
  return (problem) => {
    if (problem === undefined) notices.clear("link");
    else notices.tell("link", problem, close(notices, "link"));
  };
}

function follow(now: Asking, notices: Notices, lookout: Lookout, askToken: () => HTMLElement): void {
  if (now.kind === "loading") return;
  if (now.kind === "answered") {
    lookout.end();
    notices.clear("token");
    return;
  }
  const { error } = now;
  if (error instanceof UnreachableError) {
    lookout.begin();
  } else if (error instanceof UnauthenticatedError || error instanceof PermissionDeniedError) {
    const why = token() === undefined ? "This server asks for a token." : sentence(error.message);
    notices.tell("token", `${why} Give one; it is kept until this tab is closed.`, askToken());
  }
}

class Notices {
  readonly #root: HTMLElement;
  readonly #shown = new Map<Topic, { readonly words: string; readonly element: HTMLElement }>();

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  /** Says something of a topic, once. */
  tell(topic: Topic, words: string, beside?: HTMLElement): void {
    if (this.#shown.get(topic)?.words === words) return;
    this.clear(topic);
    const made = element("div", { class: "notice", "data-topic": topic }, element("p", {}, words), beside);
    this.#shown.set(topic, { words, element: made });
    this.#root.append(made);
  }

  clear(topic: Topic): void {
    this.#shown.get(topic)?.element.remove();
    this.#shown.delete(topic);
  }
}

function close(notices: Notices, topic: Topic): HTMLElement {
  return button("Close", () => {
    notices.clear(topic);
  });
}

function tokenForm(notices: Notices, authorize: (token: string) => void, retry: () => void): HTMLElement {
  const input = element("input", { type: "password", autocomplete: "off", id: "token", "aria-label": "Token" });
  const wrong = element("p", { class: "error", role: "alert" });
  const form = element(
    "form",
    { class: "row token" },
    input,
    element("button", { class: "button" }, "Use this token"),
    wrong,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    try {
      authorize(input.value);
      notices.clear("token");
      retry();
    } catch (error) {
      wrong.textContent = sentence(error instanceof Error ? error.message : String(error));
    }
  });
  return form;
}

function sentence(words: string): string {
  const whole = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
