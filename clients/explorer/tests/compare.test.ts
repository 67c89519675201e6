import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Question } from "timelines-client/web";

import { mountCompare } from "../src/compare";
import { Answers, keyOf } from "../src/compare/answers";
import { changed } from "../src/compare/explained";
import { isPinned, nameOf, presentName, unlike } from "../src/compare/naming";
import { pinned, rename, swap } from "../src/compare/pins";
import { anAnswer, fakes, settled } from "./answer.fakes";

vi.mock("../src/charts/near", () => ({ watch: () => () => undefined }));

const BASE: Question = { flop: 2e29 };

describe("names", () => {
  it.each<[Question, Question | undefined, string]>([
    [{ flop: 2e29 }, undefined, "2e29 FLOP"],
    [{ flop: 2e29, budgetUsd: 1e9 }, undefined, "2e29 FLOP, $1bn"],
    [{ loss: 0.86, scale: "kaplan-webtext2" }, undefined, "loss 0.86"],
    [{ flop: 2e29, price: "list_rental" }, BASE, "list rental price"],
    [{ flop: 2e29, payer: "unlimited", algorithms: "8mo" }, BASE, "money no limit, algorithms 8mo"],
    [{ flop: 1e30 }, BASE, "1e30 FLOP"],
    [BASE, { ...BASE, scenario: "no-physical-limits" }, "baseline"],
    [{ ...BASE, asOf: "2021-12-15" }, BASE, "as of 2021-12-15"],
    [{ ...BASE, seed: 3 }, BASE, "seed 3"],
    [BASE, BASE, "the same question"],
  ])("%j beside %j is %s", (question, beside, name) => {
    expect(nameOf(question, beside, [])).toBe(name);
  });

  it("are unlike each other", () => {
    expect(unlike("a", ["a", "a (2)"])).toBe("a (3)");
    expect(presentName(BASE, [{ name: "the same question", question: BASE }])).toBe("the same question (2)");
  });

  it("know a question however it is written", () => {
    expect(keyOf({ payer: undefined, flop: 1 })).toBe(keyOf({ flop: 1 }));
    expect(isPinned({ flop: 2e29, payer: undefined }, [{ name: "a", question: BASE }])).toBe(true);
  });
});

describe("changes", () => {
  it("have their sign and unit", () => {
    expect([changed(3.21, true), changed(-0.125, false), changed(0.001, true)]).toEqual([
      ...["+3.2 years", "−12.5 points", "0.0 years"],
    ]);
  });
});

describe("answers", () => {
  it("are asked for once, and again after a failure", async () => {
    const when = vi.fn().mockRejectedValueOnce(new Error("away")).mockResolvedValue(anAnswer());
    const answers = new Answers({ when } as never);
    await expect(answers.ask(BASE)).rejects.toThrow("away");
    await answers.ask(BASE);
    await answers.ask({ ...BASE, payer: undefined });
    expect(when).toHaveBeenCalledTimes(2);
  });
});

describe("pins", () => {
  let root: HTMLElement;
  const button = (name: string): HTMLButtonElement | undefined =>
    [...root.querySelectorAll("button")].find((one) => one.textContent === name);

  beforeEach(() => {
    document.body.replaceChildren();
    root = document.body.appendChild(document.createElement("section"));
  });

  function mounted() {
    const call = vi.fn(() => new Promise(() => undefined));
    const part = fakes({ when: () => Promise.resolve(anAnswer()), call } as never);
    const leave = mountCompare(root, part.store, part.services);
    part.answered(anAnswer());
    return Object.assign(part, { leave });
  }

  it("are set aside, at most five, each once", () => {
    const part = mounted();
    const { store } = part;
    for (let i = 1; i <= 6; i += 1) {
      store.change({ question: { flop: i * 1e29 } });
      part.answered(anAnswer());
      button("Pin this answer")?.click();
      expect(button("Pin this answer")?.disabled).toBe(true);
    }
    expect(store.state.pins.map(({ name }) => name)).toEqual([
      ...["1e29 FLOP", "2e29 FLOP", "3e29 FLOP", "4e29 FLOP", "5e29 FLOP"],
    ]);
    expect(root.querySelectorAll("table.pins tbody tr")).toHaveLength(6);
  });

  it("are removed one by one and all at once", async () => {
    const { store } = mounted();
    store.change({ pins: pinned({ flop: 1 }, pinned({ flop: 2 }, [])) });
    await settled();
    button("Remove")?.click();
    expect(store.state.pins).toHaveLength(1);
    button("Clear all")?.click();
    expect(store.state.pins).toHaveLength(0);
    expect(root.querySelector("table.pins")).toBeNull();
  });

  it("are renamed, and never to a name that another has", () => {
    const { store } = mounted();
    store.change({ pins: pinned({ flop: 1 }, pinned({ flop: 2 }, [])) });
    rename(store, 0, " mine ");
    rename(store, 1, "mine");
    expect(store.state.pins.map(({ name }) => name)).toEqual(["mine", "mine (2)"]);
    rename(store, 0, "");
    expect(store.state.pins[0]?.name).toBe("2 FLOP");
  });

  it("change places with what is asked now", () => {
    const { store } = mounted();
    store.change({ question: { flop: 5 }, pins: pinned({ flop: 1 }, []) });
    swap(store, 0);
    expect(store.state).toEqual({ question: { flop: 1 }, pins: [{ name: "5 FLOP", question: { flop: 5 } }] });
  });

  it("leave nothing behind", () => {
    const part = mounted();
    part.leave();
    expect([part.listening, root.childElementCount]).toEqual([0, 0]);
  });
});
