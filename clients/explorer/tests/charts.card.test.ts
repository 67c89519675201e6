import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ChartKind, DrawChartResponseSchema, type DrawChartRequest, type DrawChartResponse } from "timelines-client/v1";
import { OverloadedError, questionMessage, UnreachableError, type Client } from "timelines-client/web";

import { about } from "../src/charts/asking";
import { Card } from "../src/charts/card";
import type { Kind } from "../src/charts/kinds";
import { fakes, settled } from "./answer.fakes";

const views: { finalize: ReturnType<typeof vi.fn> }[] = [];
let come: (near: boolean) => void = () => undefined;
vi.mock("../src/charts/near", () => ({
  watch: (_: Element, near: (now: boolean) => void) => {
    come = near;
    return () => undefined;
  },
}));
vi.mock("../src/charts/vega", () => ({
  drawingPart: () =>
    Promise.resolve({
      drawInto: (holder: HTMLElement) => {
        holder.append(document.createElement("svg"));
        const view = { finalize: vi.fn() };
        views.push(view);
        return Promise.resolve(view);
      },
    }),
}));

const SPEC = { width: 100, height: 300, padding: { left: 1, right: 1, top: 10, bottom: 10 } };
const KIND: Kind = { kind: ChartKind.COST, slug: "cost", name: "What the target costs" };

function chart(more: MessageInitShape<typeof DrawChartResponseSchema> = {}): DrawChartResponse {
  const words = { title: "It costs 5 %", subtitle: "Bands.", description: "A fan.", csv: "a\n1\n", widestPx: 820 };
  return create(DrawChartResponseSchema, { vegaLite: JSON.stringify(SPEC), ...words, ...more });
}

/** A client that answers with what the test puts there, one call after the other. */
function clientOf(...replies: (DrawChartResponse | Error)[]) {
  const asked: DrawChartRequest[] = [];
  const call = (_: unknown, request: DrawChartRequest) => {
    asked.push(request);
    const reply = replies.shift() ?? chart();
    return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
  };
  return { asked, client: { call } as unknown as Client };
}

function cardOf(client: Client) {
  const card = new Card(fakes(client).services, KIND, 0);
  document.body.append(card.figure.element);
  return { card, figure: card.figure.element };
}

const question = questionMessage({ flop: 2e29 });

beforeEach(() => {
  views.length = 0;
  document.body.replaceChildren();
});

describe("a chart", () => {
  it("is asked for when it comes near, and not before", async () => {
    const { asked, client } = clientOf();
    const { card, figure } = cardOf(client);
    card.ask(about(KIND, question));
    await settled();
    expect([asked.length, figure.getAttribute("aria-busy")]).toEqual([0, "true"]);
    come(true);
    await settled();
    expect([asked.length, figure.getAttribute("aria-busy")]).toEqual([1, "false"]);
    expect(figure.querySelector("h3")?.textContent).toBe("It costs 5\u00a0%");
    expect(figure.querySelector(".chart")?.getAttribute("aria-label")).toBe("A fan.");
    expect([...figure.querySelectorAll(".under button")].map((one) => one.textContent)).toEqual([
      ...["CSV", "JSON", "SVG", "PNG"],
    ]);
    come(false);
    come(true);
    await settled();
    expect(asked).toHaveLength(1);
  });

  it("lets the view go that it drew before", async () => {
    const { card } = cardOf(clientOf().client);
    come(true);
    for (let i = 0; i < 3; i += 1) {
      card.ask(about(KIND, question));
      await settled();
    }
    expect(views.map(({ finalize }) => finalize.mock.calls.length)).toEqual([1, 1, 0]);
    card.remove();
    expect(views[2]?.finalize).toHaveBeenCalledTimes(1);
  });

  it("says in a sentence why there is none", async () => {
    const { card, figure } = cardOf(clientOf(chart({ absent: "the target is no loss", vegaLite: "" })).client);
    come(true);
    card.ask(about(KIND, question));
    await settled();
    expect(figure.querySelector(".note")?.textContent).toBe("The target is no loss.");
    expect(figure.querySelector("h3")?.textContent).toBe(KIND.name);
    expect(figure.querySelector(".chart")?.hasAttribute("hidden")).toBe(true);
  });

  it("says what went wrong, and asks again", async () => {
    const { card, figure } = cardOf(clientOf(new UnreachableError("gone"), chart()).client);
    come(true);
    card.ask(about(KIND, question));
    await settled();
    expect(figure.querySelector(".note")?.textContent).toContain("The server does not answer. Gone.");
    figure.querySelector<HTMLButtonElement>(".note button")?.click();
    await settled();
    expect(figure.querySelector(".note")?.hasAttribute("hidden")).toBe(true);
    expect(figure.querySelector("svg")).not.toBeNull();
  });

  it("waits and asks again where the server has no room", async () => {
    const { asked, client } = clientOf(new OverloadedError("busy", { retryAfterMs: 1 }), chart());
    const { card, figure } = cardOf(client);
    come(true);
    card.ask(about(KIND, question));
    await vi.waitFor(() => {
      expect(figure.getAttribute("aria-busy")).toBe("false");
    });
    expect(asked).toHaveLength(2);
  });

  it("keeps hidden the curves that the reader hid", async () => {
    const curves = [
      { name: "one", colour: "uncertainty" },
      { name: "two", colour: "third" },
    ];
    const { card, figure } = cardOf(clientOf(chart({ curves }), chart({ curves })).client);
    come(true);
    card.ask(about(KIND, question));
    await settled();
    const boxes = (): HTMLInputElement[] => [...figure.querySelectorAll("input")];
    boxes()[1]?.click();
    card.ask(about(KIND, question));
    await settled();
    expect(boxes().map(({ value, checked }) => [value, checked])).toEqual([
      ["one", true],
      ["two", false],
    ]);
  });
});
