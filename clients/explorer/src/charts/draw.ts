/**
 * Draws specifications with Vega. It is a part of its own, loaded once the page stands, so that the answer does not wait
 * for it. Expressions are interpreted, never compiled: the page's policy forbids making code out of text.
 */
import { Error as ERROR, logger, parse, View } from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";

import type { Spec } from "./specs.js";

export type { View } from "vega";

/** What a mark under the pointer tells. */
export type Telling = (event: MouseEvent, value: unknown) => void;

/** The specification as a view, not yet drawn anywhere. */
function viewOf(spec: Spec): View {
  const quiet = logger(ERROR);
  const { spec: compiled } = compile(spec as unknown as TopLevelSpec, { logger: quiet });
  const runtime = parse(compiled, {}, { ast: true });
  return new View(runtime, { expr: expressionInterpreter, renderer: "none", logger: quiet });
}

/** Draw into an element; the view is the caller's to finalize. */
export async function drawInto(holder: HTMLElement, spec: Spec, tell: Telling): Promise<View> {
  const view = viewOf(spec).renderer("svg");
  view.tooltip((_handler: unknown, event: MouseEvent, _item: unknown, value: unknown) => {
    tell(event, value);
  });
  return await view.initialize(holder).runAsync();
}

/** The picture as SVG text that stands by itself. */
export async function svgText(spec: Spec): Promise<string> {
  const view = viewOf(spec);
  const text = await view.toSVG();
  view.finalize();
  return text;
}

/** The picture as PNG, at twice its size. */
export async function pngBlob(spec: Spec): Promise<Blob> {
  const view = viewOf(spec);
  const canvas = await view.toCanvas(2);
  view.finalize();
  return await new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob === null) reject(new Error("the browser could not write the picture"));
      else resolve(blob);
    }, "image/png");
  });
}
