import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { equals } from "@bufbuild/protobuf";
import { QuestionSchema } from "timelines-client/v1";
import { InvalidQuestionError, questionMessage, type Question } from "timelines-client/web";

import type { Asking, Services, Store } from "../src/contract";
import { mountForm, questionWords } from "../src/form";
import { DEFAULT_STATE } from "../src/state/link";
import { createStore } from "../src/state/store";
import { random, randomQuestion } from "./questions";

let root: HTMLElement;
let store: Store;
let tell: (asking: Asking) => void;
let stop: () => void;

function mount(question: Question): void {
  document.body.innerHTML = '<span id="question-summary"></span><form id="question"></form>';
  root = document.querySelector("form") ?? document.createElement("form");
  store = createStore({ question, pins: [] });
  const listeners: ((asking: Asking) => void)[] = [];
  tell = (asking) => {
    for (const listener of listeners) listener(asking);
  };
  const asking = {
    current: { kind: "loading", before: undefined } as Asking,
    subscribe: (listener: (asking: Asking) => void) => {
      listeners.push(listener);
      return () => undefined;
    },
    retry: () => undefined,
  };
  stop = mountForm(root, store, { client: {}, asking } as unknown as Services);
}

beforeEach(() => {
  vi.useFakeTimers();
  mount(DEFAULT_STATE.question);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

function field(label: string): HTMLInputElement {
  const labels = [...root.querySelectorAll("label")].filter((one) => one.textContent.trim() === label);
  const seen = labels.filter((one) => one.closest("[hidden]") === null);
  const [found] = seen.length > 0 ? seen : labels;
  const control = found?.htmlFor ? document.getElementById(found.htmlFor) : found?.querySelector("input");
  if (control === null || control === undefined) throw new Error(`no field ${label}`);
  return control as HTMLInputElement;
}

function type(label: string, text: string): void {
  const control = field(label);
  control.value = text;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

function choose(label: string): void {
  const control = field(label);
  control.checked = control.type === "checkbox" ? !control.checked : true;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

function wrong(label: string): string {
  const ids = field(label).getAttribute("aria-describedby")?.split(" ") ?? [];
  return document.getElementById(ids[0] ?? "")?.textContent ?? "";
}

describe("the form", () => {
  it("keeps everything that a question says while another field is changed", () => {
    const next = random(3);
    for (let i = 0; i < 150; i += 1) {
      const question = randomQuestion(next);
      if (question.criterion !== undefined || question.inferenceUsdPer100Pages !== undefined) continue;
      stop();
      mount(question);
      type("Last month that counts", "2051-01");
      const expected = { ...question, horizon: "2051-01" };
      const found = store.state.question;
      const alike = equals(QuestionSchema, questionMessage(found), questionMessage(expected));
      expect(alike, JSON.stringify([found, expected])).toBe(true);
    }
  });

  it("reads what people write, and says it in words", () => {
    type("Budget, US dollars", "$2.5bn");
    expect(store.state.question.budgetUsd).toBe(2.5e9);
    expect(root.textContent).toContain("2.5 billion 2023 dollars");
    type("Loss", "1.24");
    expect(store.state.question.loss).toBe(1.24);
  });

  it("says at its field what cannot be read, and keeps the last good question", () => {
    type("Loss", "very low");
    expect(wrong("Loss")).toMatch(/is no number/);
    expect(field("Loss").getAttribute("aria-invalid")).toBe("true");
    expect(store.state).toEqual(DEFAULT_STATE);
    type("Loss", "0.9");
    expect(wrong("Loss")).toBe("");
    expect(store.state.question.loss).toBe(0.9);
  });

  it("waits with the complaint while somebody types", () => {
    field("Loss").focus();
    field("Loss").value = "1e";
    field("Loss").dispatchEvent(new Event("input", { bubbles: true }));
    expect(wrong("Loss")).toBe("");
    vi.advanceTimersByTime(800);
    expect(wrong("Loss")).toMatch(/is no number/);
  });

  it("shows the server's complaint at the field that it names", () => {
    type("Loss", "500");
    const description = "target.loss.nats_per_token is 500; give a loss from 1e-06 to 100";
    const error = new InvalidQuestionError(description, {
      fieldViolations: [{ field: "question.target.loss.nats_per_token", description }],
    });
    tell({ kind: "failed", error, before: undefined });
    expect(wrong("Loss")).toBe("It is 500; give a loss from 1e-06 to 100");
    expect(root.querySelector("[role=alert]")?.textContent).toBe(description);
    type("Loss", "0.86");
    expect(wrong("Loss")).toBe("");
  });

  it("says over the form what no field of it is to blame for", () => {
    const error = new InvalidQuestionError("nonsense", {
      fieldViolations: [{ field: "question.zzz", description: "nonsense" }],
    });
    tell({ kind: "failed", error, before: undefined });
    const alert = root.querySelector("[role=alert]");
    expect(alert?.textContent).toBe("nonsense");
    expect(alert?.classList.contains("hidden-visually")).toBe(false);
  });

  it("begins another kind of target with a value of its own, without a law where none goes with it", () => {
    store.change({ question: { loss: 0.86, scale: "kaplan-webtext2", law: "pooled" } });
    type("What is to become affordable", "flop");
    expect(store.state.question).toEqual({ flop: 1e29 });
    type("What is to become affordable", "bitsPerCharacter");
    expect(store.state.question).toMatchObject({ bitsPerCharacter: 0.7, scale: "kaplan-webtext2" });
  });

  it("asks no payer where none goes with the criterion, and brings it back", () => {
    choose("the largest run gets there");
    expect(store.state.question).toEqual({ loss: 0.86, scale: "kaplan-webtext2", criterion: "on_trend" });
    choose("the payer can buy it");
    expect(store.state.question.budgetUsd).toBe(1e9);
  });

  it("switches limits off and on again", () => {
    choose("Power");
    expect(store.state.question.scenario).toEqual({ name: "inline", switches: [{ name: "power", on: false }] });
    choose("Scaling break");
    expect(store.state.question.scenario).toMatchObject({
      switches: [
        { name: "power", on: false },
        { name: "scaling_break", on: true },
      ],
    });
    choose("Power");
    choose("Scaling break");
    expect(store.state.question.scenario).toBeUndefined();
  });

  it("takes the target of a published claim, and asks the whole claim as of its day", () => {
    const claims = field("Start from a published claim") as unknown as HTMLSelectElement;
    const g8 = [...claims.options].find(({ textContent }) => textContent.includes("(G8)"));
    type("Start from a published claim", g8?.value ?? "");
    expect(store.state.question).toMatchObject({ bitsPerCharacter: 0.7, budgetUsd: 1e9 });
    [...root.querySelectorAll("button")]
      .find(({ textContent }) => textContent.startsWith("Ask the whole claim"))
      ?.click();
    expect(store.state.question).toEqual({ scenario: "gwern-g8", asOf: "2020-05-28" });
  });

  it("is reset", () => {
    type("Loss", "2");
    [...root.querySelectorAll("button")].find(({ textContent }) => textContent === "Reset")?.click();
    expect(store.state).toEqual(DEFAULT_STATE);
    expect(field("Loss").value).toBe("0.86");
  });

  it("names every control, and leaves no hint without its field", () => {
    for (const control of root.querySelectorAll<HTMLInputElement>("input, select")) {
      expect(control.labels?.length, control.outerHTML).toBeGreaterThan(0);
      for (const id of control.getAttribute("aria-describedby")?.split(" ") ?? [])
        expect(document.getElementById(id)).not.toBeNull();
    }
  });

  it("says the question in a line", () => {
    expect(document.getElementById("question-summary")?.textContent).toBe("Loss 0.86 on kaplan-webtext2 for $1bn");
    expect(questionWords({ flop: 2e29, payer: "unlimited", asOf: "2020-07-27" })).toBe(
      "2e29 FLOP run whatever it costs, as of 2020-07-27",
    );
    expect(questionWords({ scenario: "gwern-g3" })).toBe("Scenario gwern-g3");
  });
});

describe("a scenario that says who pays", () => {
  it("is not shown as if the default held, and gives way to what is chosen", () => {
    const scenario = { name: "mine", payer: { fixedUsd2023: 1e6 }, criterion: "CRITERION_AFFORDABLE" } as const;
    stop();
    mount({ flop: 1e29, scenario });
    expect(field("Frontier’s spend").checked).toBe(false);
    expect(root.textContent).toContain("As the scenario says");
    type("Last month that counts", "2051-01");
    expect(store.state.question).toEqual({ flop: 1e29, scenario, horizon: "2051-01" });
    choose("Frontier’s spend");
    expect(store.state.question.payer).toBe("frontier_spend");
  });
});
