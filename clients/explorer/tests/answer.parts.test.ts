import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { InvalidQuestionError, UnreachableError } from "timelines-client/web";

import { mountHeadline, mountTiles } from "../src/answer";
import { anAnswer, fakes, TOLD } from "./answer.fakes";

const SENTENCE = (TOLD["compute, the frontier pays"]?.sentence ?? "").replaceAll(" %", "\u00a0%");

let root: HTMLElement;
beforeEach(() => {
  vi.useFakeTimers();
  root = document.body.appendChild(document.createElement("section"));
});
afterEach(() => {
  vi.useRealTimers();
  root.remove();
});

describe("the headline", () => {
  it("says the answer, and aloud once it has settled", () => {
    const part = fakes();
    mountHeadline(root, part.store, part.services);
    expect(root.getAttribute("aria-busy")).toBe("true");
    part.answered(anAnswer());
    expect(root.querySelector("h2")?.textContent).toBe(SENTENCE);
    expect(root.getAttribute("aria-busy")).toBe("false");
    expect(root.querySelector("[aria-live]")?.textContent).toBe("");
    vi.advanceTimersByTime(1000);
    expect(root.querySelector("[aria-live]")?.textContent).toBe(SENTENCE);
  });

  it("keeps the old answer, greyed, while a new one loads", () => {
    const part = fakes();
    mountHeadline(root, part.store, part.services);
    part.answered(anAnswer());
    part.tell({ kind: "loading", before: { question: { flop: 1 }, answer: anAnswer() } });
    expect(root.querySelector("h2")?.textContent).toBe(SENTENCE);
    expect(root.getAttribute("aria-busy")).toBe("true");
    expect(root.classList.contains("stale")).toBe(true);
  });

  it("says plainly that the server is away, and asks again", () => {
    const part = fakes();
    mountHeadline(root, part.store, part.services);
    part.tell({ kind: "failed", error: new UnreachableError("no server at 127.0.0.1:8434"), before: undefined });
    const alert = root.querySelector("[role=alert]");
    expect(alert?.textContent).toBe(
      "The server does not answer.No server at 127.0.0.1:8434.The page asks again as soon as it is back.Try again",
    );
    expect(alert?.hasAttribute("hidden")).toBe(false);
    alert?.querySelector("button")?.click();
    expect(part.retries).toBe(1);
    part.answered(anAnswer());
    expect(alert?.hasAttribute("hidden")).toBe(true);
  });

  it("does not offer to ask a wrong question again", () => {
    const part = fakes();
    mountHeadline(root, part.store, part.services);
    part.tell({ kind: "failed", error: new InvalidQuestionError("flop is -1"), before: undefined });
    expect(root.querySelector("[role=alert]")?.textContent).toContain("Flop is -1.");
    expect(root.querySelector("[role=alert] button")).toBeNull();
  });

  it("warns of a flagged posterior, with the reasons", () => {
    const part = fakes();
    mountHeadline(root, part.store, part.services);
    part.answered(anAnswer({ posterior: { name: "p", status: "POSTERIOR_STATUS_FLAGGED", reasons: ["few rows"] } }));
    const warning = root.querySelector(".warning");
    expect(warning?.hasAttribute("hidden")).toBe(false);
    expect(warning?.textContent).toContain("flagged");
    expect(warning?.querySelector("li")?.textContent).toBe("few rows");
    part.answered(anAnswer());
    expect(warning?.hasAttribute("hidden")).toBe(true);
  });

  it("hears nothing any more once it is taken away", () => {
    const part = fakes();
    const leave = mountHeadline(root, part.store, part.services);
    leave();
    expect([part.listening, root.childElementCount]).toEqual([0, 0]);
  });
});

describe("the tiles", () => {
  it("have their places before the first answer", () => {
    const part = fakes();
    mountTiles(root, part.store, part.services);
    expect(root.querySelectorAll("dl.tiles > div")).toHaveLength(8);
    part.answered(anAnswer());
    expect(root.querySelectorAll("dl.tiles > div")).toHaveLength(8);
    expect(root.querySelector("dl.tiles dd")?.textContent).toBe("2032");
  });

  it("keep open what the reader opened", () => {
    const part = fakes();
    mountTiles(root, part.store, part.services);
    part.answered(anAnswer());
    const numbers = (): HTMLDetailsElement | undefined =>
      [...root.querySelectorAll("details")].find(({ textContent }) => textContent.startsWith("Numbers"));
    (numbers() ?? document.createElement("details")).open = true;
    part.answered(anAnswer());
    expect(numbers()?.open).toBe(true);
    expect(numbers()?.querySelectorAll("table")).toHaveLength(2);
  });

  it("write what comes from a server as text", () => {
    const part = fakes();
    mountTiles(root, part.store, part.services);
    part.answered(anAnswer({ notices: ["<img src=x onerror=alert(1)>"] }));
    expect(root.querySelector("img")).toBeNull();
    expect(root.querySelector(".notices li")?.textContent).toBe("<img src=x onerror=alert(1)>");
  });
});
