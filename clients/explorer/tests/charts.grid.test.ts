import { expect, it, vi } from "vitest";
import { UnreachableError } from "timelines-client/web";

import { mountCharts } from "../src/charts";
import { anAnswer, fakes, settled } from "./answer.fakes";

vi.mock("../src/charts/near", () => ({ watch: () => () => undefined }));
vi.mock("../src/charts/vega", () => ({ drawingPart: () => Promise.reject(new Error("no drawing here")) }));

it("the charts of an answer that failed to come are greyed, and are not on their way", async () => {
  const call = vi.fn(() => new Promise(() => undefined));
  const part = fakes({ call } as never);
  const root = document.body.appendChild(document.createElement("section"));
  const leave = mountCharts(root, part.store, part.services);
  const arrival = root.querySelector("#chart-arrival");
  part.answered(anAnswer());
  await settled();
  expect(call).toHaveBeenCalledTimes(1); // that of arrivals at once, the others when they come near
  expect(arrival?.getAttribute("aria-busy")).toBe("true");
  part.tell({ kind: "failed", error: new UnreachableError("gone"), before: undefined });
  expect([arrival?.getAttribute("aria-busy"), arrival?.classList.contains("stale")]).toEqual(["false", true]);
  leave();
  expect([part.listening, root.childElementCount]).toEqual([0, 0]);
});
