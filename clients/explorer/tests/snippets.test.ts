import { describe, expect, it, vi } from "vitest";
import type { Question } from "timelines-client/web";

import type { Services } from "../src/contract";
import { copy } from "../src/snippets/copy";
import { mountSnippets } from "../src/snippets";
import { shell, snake } from "../src/snippets/names";
import { textsOf } from "../src/snippets/texts";
import { whereOf } from "../src/snippets/where";
import { createStore } from "../src/state/store";
import { random, randomQuestion } from "./questions";

const HERE = whereOf("http://127.0.0.1:8434", false);
const THERE = whereOf("https://forecasts.example", true);

describe("snippets", () => {
  it("say the question in every language", () => {
    const question: Question = { loss: 0.86, scale: "kaplan-webtext2", budgetUsd: 1e9, seed: 100_000 };
    const { python, cli, curl, typescript } = textsOf(question, HERE);
    expect(python).toContain("with Client() as client:");
    expect(python).toContain("        budget_usd=1e9,\n        seed=100000,\n");
    expect(cli).toBe(
      "timelines ask \\\n  --loss 0.86 \\\n  --scale kaplan-webtext2 \\\n  --budget 1e9 \\\n  --seed 100000",
    );
    expect(curl).toContain('"fixed_usd_2023":1000000000');
    expect(typescript).toContain("  budgetUsd: 1e9,\n");
  });

  it("say where the server is, and that it asks for a token", () => {
    const { python, cli, curl, typescript } = textsOf({ flop: 1e29 }, THERE);
    expect(python).toContain('Client("forecasts.example:8433", tls=True)');
    expect(python).toContain("TIMELINES_TOKEN");
    expect(cli).toContain("--server forecasts.example:8433 \\\n  --tls");
    expect(curl).toContain('-H "authorization: Bearer $TIMELINES_TOKEN"');
    expect(typescript).toContain('connect("https://forecasts.example", { token: process.env.TIMELINES_TOKEN })');
  });

  it("are made of every question", () => {
    const next = random(11);
    for (let i = 0; i < 500; i += 1) {
      for (const text of Object.values(textsOf(randomQuestion(next), HERE))) {
        expect(text).not.toMatch(/undefined|\[object|NaN/);
        expect(text.length).toBeGreaterThan(20);
      }
    }
  });

  it("quote for the shell", () => {
    expect(shell("it's $HOME")).toBe(String.raw`'it'\''s $HOME'`);
    expect(shell("kaplan-webtext2")).toBe("kaplan-webtext2");
    expect(shell("")).toBe("''");
  });

  it("spell keywords as Python does", () => {
    expect(["budgetUsd", "inferenceUsdPer100Pages", "brainFlopPerS", "gpt3", "byYears"].map(snake)).toEqual([
      "budget_usd",
      "inference_usd_per_100_pages",
      "brain_flop_per_s",
      "gpt3",
      "by_years",
    ]);
  });
});

describe("the tabs", () => {
  const asking = { subscribe: () => () => undefined };

  it("go from one to the next by the arrows, and follow the question", () => {
    const root = document.createElement("section");
    document.body.append(root);
    const store = createStore({ question: { flop: 1e29 }, pins: [] });
    const stop = mountSnippets(root, store, { asking } as unknown as Services);
    const tabs = [...root.querySelectorAll<HTMLElement>("[role=tab]")];
    const press = (key: string): void => {
      root.querySelector("[role=tablist]")?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    };
    expect(tabs.map((tab) => tab.tabIndex)).toEqual([0, -1, -1, -1]);
    press("ArrowRight");
    expect(document.activeElement).toBe(tabs[1]);
    expect(root.querySelector("code")?.textContent).toBe("timelines ask \\\n  --flop 1e29");
    store.change({ question: { flop: 2e29 } });
    expect(root.querySelector("code")?.textContent).toContain("2e29");
    press("End");
    expect(tabs[3]?.getAttribute("aria-selected")).toBe("true");
    press("ArrowRight");
    expect(tabs[0]?.getAttribute("aria-selected")).toBe("true");
    expect(root.querySelector("[role=tabpanel]")?.getAttribute("aria-labelledby")).toBe(tabs[0]?.id);
    stop();
    expect(root.childElementCount).toBe(0);
  });
});

describe("copying", () => {
  it("takes the other way where the clipboard is closed to the page", async () => {
    vi.stubGlobal("navigator", { clipboard: { writeText: () => Promise.reject(new Error("no")) } });
    const command = vi.fn(() => true);
    Object.assign(document, { execCommand: command });
    expect(await copy("text")).toBe(true);
    expect(command).toHaveBeenCalledWith("copy");
    expect(document.querySelector("textarea")).toBeNull();
    vi.unstubAllGlobals();
  });
});
