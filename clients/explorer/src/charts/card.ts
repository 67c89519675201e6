/** One chart of the page: asked for when it is near and not fresh, greyed while it is stale, drawn anew in other rooms. */
import type { ChartLayout, DrawChartResponse } from "timelines-client/v1";

import { problemOf } from "../answer/errors.js";
import { hideTip, rowsOf, showTip, type TipRow } from "../answer/tips.js";
import type { Services } from "../contract.js";
import { chartDownloads } from "../downloads/index.js";
import { forPage, layoutFor, type Asked } from "./asking.js";
import { deskOf, type Desk } from "./desk.js";
import type { View } from "./draw.js";
import { Figure } from "./figure.js";
import type { Kind } from "./kinds.js";
import { watch } from "./near.js";
import { outerHeight, specOf, stretched } from "./specs.js";
import { drawingPart } from "./vega.js";

/** A chart that has come, and what it was asked for. */
interface Reply {
  readonly asked: Asked;
  readonly layout: ChartLayout;
  readonly chart: DrawChartResponse;
}

export class Card {
  readonly figure: Figure;
  readonly #services: Services;
  readonly #order: number;
  readonly #desk: Desk;
  readonly #key: string;
  readonly #leave: () => void;
  #asked: Asked | undefined;
  #reply: Reply | undefined;
  #view: View | undefined;
  #near: boolean;
  #roomPx = 0;

  /** A card that is `eager` does not wait until it comes near the window. */
  constructor(services: Services, kind: Kind, order: number, eager = false) {
    this.figure = new Figure(kind.slug, kind.name);
    this.figure.wait();
    this.#services = services;
    this.#order = order;
    this.#desk = deskOf(services);
    this.#key = kind.slug;
    this.#near = eager;
    this.#leave = watch(
      this.figure.element,
      (near) => {
        this.#near = near || eager;
        this.#pursue();
      },
      () => {
        if (this.#reply !== undefined && this.#room() !== this.#roomPx) this.#pursue();
      },
    );
  }

  /** Show something; without anything to ask for what is shown stays, greyed. */
  ask(asked: Asked | undefined): void {
    this.#asked = asked;
    this.#desk.drop(this.#key);
    this.figure.wait();
    hideTip();
    this.#pursue();
  }

  remove(): void {
    this.#asked = undefined;
    this.#desk.drop(this.#key);
    this.#leave();
    this.#view?.finalize();
    this.figure.element.remove();
  }

  /** Do what is left to do, if it can be seen. */
  #pursue(): void {
    const asked = this.#asked;
    if (asked === undefined || !this.#near || this.figure.element.closest("[hidden]") !== null) return;
    const known = this.#reply;
    const layout = layoutFor(this.#room());
    if (known?.asked === asked && known.layout === layout) {
      if (this.#room() !== this.#roomPx) void this.#draw(known).catch(this.#failed);
      return;
    }
    this.#desk.put(this.#key, this.#order, (signal) => this.#fetch(asked, layout, signal));
  }

  async #fetch(asked: Asked, layout: ChartLayout, signal: AbortSignal): Promise<void> {
    try {
      const chart = await forPage(this.#services.client, asked, layout, signal);
      if (signal.aborted || this.#asked !== asked) return;
      const reply = { asked, layout, chart };
      await this.#draw(reply);
      this.#reply = reply;
    } catch (error) {
      if (!signal.aborted && this.#asked === asked) this.#failed(error);
    }
  }

  readonly #failed = (error: unknown): void => {
    this.figure.fail(problemOf(error), () => {
      this.ask(this.#asked);
    });
  };

  async #draw(reply: Reply): Promise<void> {
    const { chart, asked } = reply;
    if (chart.absent !== "") {
      this.#roomPx = this.#room();
      this.#show(undefined, []);
      this.figure.tell(chart, asked.title);
      return;
    }
    const roomPx = this.#room();
    const spec = stretched(specOf(chart.vegaLite), roomPx, chart.narrowestPx, chart.widestPx);
    const fresh = document.createElement("div");
    fresh.className = "interactive";
    fresh.ariaHidden = "true"; // the figure's label tells it whole
    const { drawInto } = await drawingPart();
    const view = await drawInto(fresh, spec, this.#telling);
    if (this.#asked !== asked) return void view.finalize();
    this.#roomPx = roomPx;
    this.figure.tell(chart, asked.title);
    this.figure.holder.style.minHeight = `${String(outerHeight(spec))}px`;
    this.#show(view, [fresh]);
    this.figure.under.replaceChildren(...chartDownloads(this.#services.client, asked, chart));
  }

  #show(view: View | undefined, drawn: readonly HTMLElement[]): void {
    this.#view?.finalize();
    this.#view = view;
    this.figure.holder.replaceChildren(...drawn);
  }

  readonly #telling = (event: MouseEvent, value: unknown): void => {
    const { hidden } = this.figure;
    const rows = tipRows(value).filter(([name]) => !hidden.has(name));
    if (rows.length === 0) hideTip();
    else showTip(event, rows);
  };

  #room(): number {
    return this.figure.element.clientWidth;
  }
}

function tipRows(value: unknown): TipRow[] {
  if (value === null || value === undefined || value === "") return [];
  if (typeof value === "string") return rowsOf(value);
  if (typeof value !== "object") return [];
  return Object.entries(value).map(([name, said]) => (name.trim() === "" ? [String(said)] : [name, String(said)]));
}
