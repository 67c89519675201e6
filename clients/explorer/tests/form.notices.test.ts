import { beforeEach, describe, expect, it, vi } from "vitest";
import { ServerError, SettingsError, UnauthenticatedError, UnreachableError, type Answer } from "timelines-client/web";

import type { Asking } from "../src/contract";
import { mountNotices } from "../src/form/notices";
import { Lookout } from "../src/state/health";

const ANSWERED = {
  kind: "answered",
  now: { question: { flop: 1 }, answer: {} as unknown as Answer },
} as const satisfies Asking;
const failed = (error: Error): Asking => ({ kind: "failed", error, before: undefined });

function mount(authorize: (token: string) => void = () => undefined) {
  const root = document.createElement("div");
  const heard: ((asking: Asking) => void)[] = [];
  const retry = vi.fn();
  const asking = {
    current: { kind: "loading", before: undefined } as Asking,
    subscribe: (listener: (asking: Asking) => void) => {
      heard.push(listener);
      return () => undefined;
    },
    retry,
  };
  const tell = mountNotices(root, { asking }, authorize);
  const hear = (asked: Asking): void => {
    for (const listener of heard) listener(asked);
  };
  return { root, tell, hear, retry };
}

describe("notices", () => {
  beforeEach(() => {
    sessionStorage.clear();
  });

  it("leave a server that is away to the headline, and ask again when it is back", async () => {
    vi.useFakeTimers();
    const looks = vi.fn().mockResolvedValueOnce({ ok: false }).mockResolvedValueOnce({ ok: true });
    vi.stubGlobal("fetch", looks);
    const { root, hear, retry } = mount();
    hear(failed(new UnreachableError("cannot reach it")));
    hear(failed(new UnreachableError("cannot reach it")));
    expect(root.textContent).toBe("");
    await vi.advanceTimersByTimeAsync(500);
    expect(retry).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1000);
    expect(retry).toHaveBeenCalledTimes(1);
    hear(ANSWERED);
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("take a token, and say why one is none", () => {
    const authorize = vi.fn().mockImplementationOnce(() => {
      throw new SettingsError("the token has spaces");
    });
    const { root, hear, retry } = mount(authorize);
    hear(failed(new UnauthenticatedError("send the metadata")));
    expect(root.textContent).toMatch(/^This server asks for a token/);
    const [input, form] = [root.querySelector("input"), root.querySelector("form")];
    if (input === null || form === null) throw new Error("no form");
    input.value = "abc";
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    expect(root.querySelector("[role=alert]")?.textContent).toBe("The token has spaces.");
    form.dispatchEvent(new Event("submit", { cancelable: true }));
    expect(authorize).toHaveBeenLastCalledWith("abc");
    expect(retry).toHaveBeenCalledTimes(1);
  });

  it("leave other failures to the answer, and tell of a link until another is there", () => {
    const { root, tell, hear } = mount();
    hear(failed(new ServerError("broken")));
    expect(root.textContent).toBe("");
    tell("This link was not understood.");
    expect(root.textContent).toMatch(/not understood/);
    tell(undefined);
    expect(root.textContent).toBe("");
  });
});

describe("the lookout", () => {
  it("looks ever less often", async () => {
    vi.useFakeTimers();
    const look = vi.fn().mockResolvedValue(false);
    const lookout = new Lookout(() => undefined, look);
    lookout.begin();
    lookout.begin();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(look.mock.calls.length).toBeLessThan(9);
    expect(look.mock.calls.length).toBeGreaterThan(5);
    lookout.end();
    const before = look.mock.calls.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(look.mock.calls.length).toBe(before);
    vi.useRealTimers();
  });
});
