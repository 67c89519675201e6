/** Asks the server for a chart: its kind, what it is about, and how it will be seen. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  ChartColours,
  ChartLayout,
  ReportService,
  type DrawChartResponse,
  type Question as QuestionMessage,
  type ReportQuestionSchema,
} from "timelines-client/v1";
import { OverloadedError, type Client } from "timelines-client/web";

import type { Kind } from "./kinds.js";

/** A question with the name that a chart calls it by. */
export type Named = MessageInitShape<typeof ReportQuestionSchema>;

/** What a chart shows. */
export interface Asked {
  readonly kind: Kind;
  readonly questions: readonly Named[];
  /** Stands over it in the page, where the chart's own title is said there already. */
  readonly title?: string;
}

/** A chart of one question. */
export function about(kind: Kind, question: QuestionMessage): Asked {
  return { kind, questions: [{ question }] };
}

const DEADLINE_MS = 60_000;
const TRIES = 6;
const PAUSE_MS = 400;

/** The chart as the page shows it: its colours follow the scheme, its words stand beside it. */
export function forPage(
  client: Client,
  asked: Asked,
  layout: ChartLayout,
  signal: AbortSignal,
): Promise<DrawChartResponse> {
  return drawChart(client, { ...asked, layout, colours: ChartColours.CSS_VARIABLES, titled: false }, signal);
}

/** The chart as a file holds it: whole by itself. */
export function forFile(client: Client, asked: Asked): Promise<DrawChartResponse> {
  return drawChart(client, { ...asked, layout: ChartLayout.WIDE, colours: ChartColours.LIGHT, titled: true });
}

interface Looks extends Asked {
  readonly layout: ChartLayout;
  readonly colours: ChartColours;
  readonly titled: boolean;
}

/** Few charts are drawn at a time: one that is refused for want of room is asked for again. */
async function drawChart(client: Client, looks: Looks, signal?: AbortSignal): Promise<DrawChartResponse> {
  const { kind, questions, layout, colours, titled } = looks;
  const request = { kind: kind.kind, questions: [...questions], layout, colours, titled };
  for (let tries = 1; ; tries += 1) {
    try {
      return await client.call(ReportService.method.drawChart, request, { signal, deadlineMs: DEADLINE_MS });
    } catch (error) {
      if (!(error instanceof OverloadedError) || tries === TRIES) throw error;
      await pause(error.retryAfterMs ?? PAUSE_MS * tries, signal);
    }
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    signal?.addEventListener("abort", end, { once: true });
  });
  signal?.throwIfAborted();
}

/** Which of the layouts has room. */
export function layoutFor(roomPx: number): ChartLayout {
  if (roomPx >= 740) return ChartLayout.WIDE;
  return roomPx >= 560 ? ChartLayout.MEDIUM : ChartLayout.NARROW;
}
