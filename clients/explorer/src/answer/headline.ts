/** The answer as a sentence, what it is as of, and what went wrong where there is none. */
import { UnreachableError, type Answer } from "timelines-client/web";

import type { Asking, Mount } from "../contract.js";
import { button, el } from "./dom.js";
import { problemOf } from "./errors.js";
import { dayWords } from "./figures.js";
import { explained as term } from "../facts/index.js";
import { sentence } from "./words.js";

/** How long an answer stands before it is said aloud: who drags a slider wants the last one. */
const SETTLED_MS = 700;

export const mountHeadline: Mount = (root, _store, services) => {
  const words = el("h2", { class: "sentence" });
  const line = el("p", { class: "as-of-line muted" });
  const warning = el("div", { class: "warning", role: "status", hidden: true });
  const failure = el("div", { class: "failure", role: "alert", hidden: true });
  const said = el("p", { class: "hidden-visually", "aria-live": "polite", "aria-atomic": "true" });
  const speak = speaker(said);
  root.classList.add("headline");
  root.replaceChildren(line, words, warning, failure, said);

  const retry = (): void => {
    services.asking.retry();
  };
  const show = (asking: Asking): void => {
    const known = asking.kind === "answered" ? asking.now : asking.before;
    mark(root, asking.kind);
    if (asking.kind === "failed") showFailure(failure, asking.error, known !== undefined, retry);
    else failure.hidden = true;
    if (known === undefined) {
      words.textContent = asking.kind === "loading" ? "Working it out …" : "";
      return;
    }
    if (asking.kind !== "answered") return;
    words.textContent = sentence(known.answer).replaceAll(" %", "\u00a0%");
    line.replaceChildren(...asOfLine(known.answer));
    showGate(warning, known.answer);
    speak(words.textContent);
  };
  show(services.asking.current);
  const leave = services.asking.subscribe(show);
  return () => {
    leave();
    speak("");
    root.replaceChildren();
  };
};

/** What is on its way, and what is no longer the answer to the question. */
export function mark(root: HTMLElement, kind: Asking["kind"]): void {
  root.setAttribute("aria-busy", String(kind === "loading"));
  root.classList.toggle("stale", kind !== "answered");
  root.classList.toggle("failed", kind === "failed");
}

function speaker(said: HTMLElement): (words: string) => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return (words) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      said.textContent = words;
    }, SETTLED_MS);
  };
}

function asOfLine(answer: Answer): (Node | string)[] {
  const { asOf, draws } = answer.provenance;
  const { status, name } = answer.posterior;
  const gate = { PASSED: "passed its gates", FLAGGED: "flagged by its gates", REFUSED: "refused by its gates" }[status];
  const count = draws.toLocaleString("en-US");
  return [
    term("As of", "as of"),
    ` ${dayWords(asOf)} · `,
    term("posterior", "posterior"),
    ` ${name}, ${gate} · ${count} draws`,
  ];
}

function showGate(warning: HTMLElement, answer: Answer): void {
  const { status, reasons } = answer.posterior;
  warning.hidden = status === "PASSED";
  if (warning.hidden) {
    warning.replaceChildren();
    return;
  }
  const said =
    status === "REFUSED" ? "failed a gate: do not rely on this answer" : "is flagged: use this answer with care";
  warning.replaceChildren(
    el("p", {}, el("strong", {}, `The posterior behind this answer ${said}.`)),
    el("ul", {}, ...reasons.map((reason) => el("li", {}, reason))),
  );
}

function showFailure(failure: HTMLElement, error: Error, before: boolean, retry: () => void): void {
  const { head, said, again } = problemOf(error);
  const soon =
    error instanceof UnreachableError ? el("p", {}, "The page asks again as soon as it is back.") : undefined;
  const kept = before ? el("p", { class: "small" }, "What is greyed answers the question before.") : undefined;
  const act = again ? el("p", {}, button("Try again", retry, { class: "button" })) : undefined;
  failure.replaceChildren(
    el("p", {}, el("strong", {}, head)),
    el("p", {}, said),
    ...[soon, kept, act].filter((one) => one !== undefined),
  );
  failure.hidden = false;
}
