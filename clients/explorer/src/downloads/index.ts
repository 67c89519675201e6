/** Files of an answer and of each chart: they stand by themselves, whatever the page looks like. */
import type { DrawChartResponse } from "timelines-client/v1";
import { type Answer, type Client, type Question } from "timelines-client/web";

import { el } from "../answer/dom.js";
import { problemOf } from "../answer/errors.js";
import { forFile, type Asked } from "../charts/asking.js";
import { specOf } from "../charts/specs.js";
import { drawingPart } from "../charts/vega.js";
import { askedOf } from "./asked.js";
import { fileName } from "./names.js";

/** A file that can be had: its suffix, what it is for, and how it is made. */
interface File {
  readonly suffix: string;
  readonly about: string;
  readonly make: () => Promise<Blob>;
}

/** Buttons for the numbers behind a chart, and for the chart itself. */
export function chartDownloads(client: Client, asked: Asked, chart: DrawChartResponse): Node[] {
  let file: Promise<string> | undefined;
  const spec = (): Promise<string> =>
    (file ??= forFile(client, asked)
      .then(({ vegaLite }) => vegaLite)
      .catch((error: unknown) => {
        file = undefined;
        throw error;
      }));
  const drawn = async (how: "svgText" | "pngBlob"): Promise<Blob> => {
    const [drawing, vegaLite] = await Promise.all([drawingPart(), spec()]);
    const made = await drawing[how](specOf(vegaLite));
    return typeof made === "string" ? textBlob(made, "image/svg+xml") : made;
  };
  const files: File[] = [
    { suffix: "csv", about: "the numbers behind it", make: () => Promise.resolve(textBlob(chart.csv, "text/csv")) },
    { suffix: "json", about: "Vega-Lite specification", make: async () => textBlob(await spec(), "application/json") },
    { suffix: "svg", about: "picture, scalable", make: () => drawn("svgText") },
    { suffix: "png", about: "picture, twice its size", make: () => drawn("pngBlob") },
  ];
  return row(`Download ${asked.kind.name.toLowerCase()} as`, askedOf(asked), asked.kind.slug, files);
}

/** Buttons for the answer itself. */
export function answerDownloads(answer: Answer): HTMLElement {
  const json = (): Blob => textBlob(`${JSON.stringify(answer, undefined, 2)}\n`, "application/json");
  const files: File[] = [
    {
      suffix: "csv",
      about: "the distribution by month",
      make: () => Promise.resolve(textBlob(answer.toCsv(), "text/csv")),
    },
    { suffix: "json", about: "the whole answer", make: () => Promise.resolve(json()) },
  ];
  return el("div", { class: "under" }, ...row("Download the answer as", answer.question, "answer", files));
}

function row(words: string, question: Question | undefined, part: string, files: readonly File[]): Node[] {
  const said = el("span", { role: "status", class: "said" });
  const buttons = files.map(({ suffix, about, make }) => {
    const name = (): string =>
      question === undefined ? `timelines-${part}.${suffix}` : fileName(question, part, suffix);
    const label = `${words} ${suffix.toUpperCase()}: ${about}`;
    const made = el(
      "button",
      { type: "button", class: "link", "aria-label": label, title: about },
      suffix.toUpperCase(),
    );
    made.addEventListener("click", () => void save(made, said, name(), make));
    return made;
  });
  return [el("span", { "aria-hidden": "true" }, "Download"), ...buttons, said];
}

async function save(
  from: HTMLButtonElement,
  said: HTMLElement,
  name: string,
  make: () => Promise<Blob>,
): Promise<void> {
  from.setAttribute("aria-busy", "true");
  said.textContent = "";
  try {
    hand(name, await make());
  } catch (error) {
    const problem = problemOf(error);
    said.textContent = `${problem.head} ${problem.said}`;
  } finally {
    from.removeAttribute("aria-busy");
  }
}

function textBlob(text: string, type: string): Blob {
  return new Blob([text], { type: `${type};charset=utf-8` });
}

/** Hand a file to the reader. */
function hand(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  // The browser reads it after the click; what is let go at once may come out empty.
  setTimeout(() => {
    URL.revokeObjectURL(address);
  }, 60_000);
}
