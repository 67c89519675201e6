/** A chart's specification, as far as the page needs to know it. */

/** Vega-Lite of the server's, whose autosize is none: width and height are those of the plot. */
export interface Spec {
  width: number;
  readonly height: number;
  readonly padding: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
}

export function specOf(vegaLite: string): Spec {
  return JSON.parse(vegaLite) as Spec;
}

/** The specification stretched to the room, between the widths that its labels were placed for. */
export function stretched(spec: Spec, roomPx: number, narrowestPx: number, widestPx: number): Spec {
  const outer = Math.max(narrowestPx, Math.min(Math.floor(roomPx), widestPx));
  return { ...spec, width: outer - spec.padding.left - spec.padding.right };
}

/** Outer height, px. */
export function outerHeight(spec: Spec): number {
  return spec.height + spec.padding.top + spec.padding.bottom;
}
