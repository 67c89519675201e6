/** Fetches the part that draws, once. */
type Drawing = typeof import("./draw.js");

let drawing: Promise<Drawing> | undefined;

/** The part that draws; a fetch that failed is made again the next time. */
export function drawingPart(): Promise<Drawing> {
  drawing ??= import("./draw.js").catch((error: unknown) => {
    drawing = undefined;
    throw error;
  });
  return drawing;
}
