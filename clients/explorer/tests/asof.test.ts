import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { PosteriorSchema, PosteriorStatus, type Posterior } from "timelines-client/v1";
import { PreconditionError, type Question } from "timelines-client/web";

import { mountAsOf } from "../src/asof";
import { daysOf, onDay, placeOf } from "../src/asof/posteriors";
import { anAnswer, fakes, settled } from "./answer.fakes";

let come: (near: boolean) => void = () => undefined;
vi.mock("../src/charts/near", () => ({
  watch: (element: Element, near: (now: boolean) => void) => {
    if (element.tagName === "SECTION") come = near;
    return () => undefined;
  },
}));

const { PASSED, FLAGGED, REFUSED } = PosteriorStatus;

function posterior(asOf: string, status = PASSED, current = false): Posterior {
  return create(PosteriorSchema, { name: `posteriors/${asOf}`, asOf, status, current });
}

const LISTED = [posterior("2026-11-20", PASSED, true), posterior("2021-12-15", FLAGGED), posterior("2020-05-28")];

describe("the days", () => {
  it("are one for each date, oldest first, without what was refused", () => {
    const days = daysOf([...LISTED, posterior("2021-12-15"), posterior("2022-01-01", REFUSED)]);
    expect(days.map(({ asOf, current, flagged }) => [asOf, current, flagged])).toEqual([
      ["2020-05-28", false, false],
      ["2021-12-15", false, true],
      ["2026-11-20", true, false],
    ]);
  });

  it("take the current posterior of a date before another of the same", () => {
    expect(daysOf([posterior("2026-11-20"), posterior("2026-11-20", FLAGGED, true)])[0]?.current).toBe(true);
  });

  it("are found by what a question says", () => {
    const days = daysOf(LISTED);
    expect(placeOf({ flop: 1 }, days)).toBe(2);
    expect(placeOf({ flop: 1, asOf: "2021-12-15" }, days)).toBe(1);
    expect(placeOf({ flop: 1, asOf: new Date("2020-05-28") }, days)).toBe(0);
    expect(placeOf({ flop: 1, asOf: "1999-01-01" }, days)).toBe(2);
    const day = { asOf: "2021-12-15", current: false, flagged: false };
    expect(onDay({ flop: 1, posterior: "p" }, day)).toEqual({ flop: 1, asOf: "2021-12-15", posterior: undefined });
  });
});

describe("the slider", () => {
  let root: HTMLElement;
  beforeEach(() => {
    document.body.replaceChildren();
    root = document.body.appendChild(document.createElement("section"));
  });

  async function mounted() {
    const when = vi.fn((question: Question) =>
      question.asOf === "2020-05-28"
        ? Promise.reject(new PreconditionError("the law kaplan was published later"))
        : Promise.resolve(anAnswer()),
    );
    const call = vi.fn(() => Promise.resolve({ posteriors: LISTED }));
    const part = fakes({ when, call } as never);
    mountAsOf(root, part.store, part.services);
    await settled();
    part.answered(anAnswer());
    return { part, when };
  }

  it("sets the day of the question", async () => {
    const { part } = await mounted();
    const slider = root.querySelector("input");
    expect([slider?.value, slider?.max, slider?.getAttribute("aria-valuetext")]).toEqual([
      ...["2", "2", "20 November 2026 (now)"],
    ]);
    (slider ?? document.createElement("input")).value = "1";
    slider?.dispatchEvent(new Event("input"));
    expect(part.store.state.question.asOf).toBe("2021-12-15");
    expect(root.querySelector("output")?.textContent).toBe("15 December 2021");
  });

  it("asks each day once when it is near, and says why one cannot be asked", async () => {
    const { part, when } = await mounted();
    expect(when).not.toHaveBeenCalled();
    come(true);
    await settled();
    await settled();
    const rows = [...root.querySelectorAll("table.days tbody tr")].map((row) => row.textContent);
    expect(rows[0]).toContain("The law kaplan was published later.");
    expect(rows[1]).toContain("15 December 2021, flagged");
    part.store.change({ question: { ...part.store.state.question, asOf: "2021-12-15" } });
    part.answered(anAnswer());
    await settled();
    await settled();
    expect(when).toHaveBeenCalledTimes(4); // the day that failed is asked again
  });
});
