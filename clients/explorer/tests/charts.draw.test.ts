import { describe, expect, it } from "vitest";

import { svgText } from "../src/charts/draw";
import { layoutFor } from "../src/charts/asking";
import { outerHeight, specOf, stretched, type Spec } from "../src/charts/specs";
import { rowsOf } from "../src/answer/tips";

const SPEC = {
  autosize: { type: "none" },
  width: 300,
  height: 100,
  padding: { left: 40, right: 10, top: 5, bottom: 20 },
  data: { values: [{ x: 1, y: 2 }] },
  mark: "point",
  encoding: {
    x: { field: "x", type: "quantitative", axis: { labelExpr: "datum.value == 1 ? 'one' : ''", values: [1] } },
    y: { field: "y", type: "quantitative" },
  },
};

describe("specifications", () => {
  it("are stretched to the room, between the widths that their labels were placed for", () => {
    const spec = specOf(JSON.stringify(SPEC));
    expect(stretched(spec, 700.7, 560, 740).width).toBe(650);
    expect(stretched(spec, 100, 560, 740).width).toBe(510);
    expect(stretched(spec, 2000, 560, 740).width).toBe(690);
    expect(spec.width).toBe(300);
    expect(outerHeight(spec)).toBe(125);
  });

  it.each([
    [1680, 1],
    [740, 1],
    [739, 2],
    [560, 2],
    [559, 3],
    [300, 3],
  ])("have for a room of %d px the layout %d", (roomPx, layout) => {
    expect(layoutFor(roomPx)).toBe(layout);
  });

  it("are drawn without making code out of text", async () => {
    const { Function: made } = globalThis;
    globalThis.Function = (() => {
      throw new Error("the page's policy forbids it");
    }) as unknown as typeof Function;
    try {
      expect(await svgText(SPEC as unknown as Spec)).toContain(">one</text>");
    } finally {
      globalThis.Function = made;
    }
  });
});

describe("a tip", () => {
  it("of one line has its rows", () => {
    expect(rowsOf("GPT-4 · compute: 2e25 FLOP · released: 2023")).toEqual([
      ["GPT-4"],
      ["compute", "2e25 FLOP"],
      ["released", "2023"],
    ]);
  });
});
