/** The question as JSON over HTTP. */
import { create, toJson } from "@bufbuild/protobuf";
import { ForecastRequestSchema } from "timelines-client/v1";
import { questionMessage, type Question } from "timelines-client/web";

import { shell } from "./names";
import type { Where } from "./where";

/** A command that asks a question and prints the answer as JSON. */
export function curlOf(question: Question, where: Where): string {
  const request = create(ForecastRequestSchema, { question: questionMessage(question) });
  const json = JSON.stringify(toJson(ForecastRequestSchema, request, { useProtoFieldName: true }));
  const token = where.token ? ['  -H "authorization: Bearer $TIMELINES_TOKEN"'] : [];
  return [
    `curl -s -X POST ${shell(`${where.gateway}/timelines.v1.ForecastService/Forecast`)}`,
    "  -H 'content-type: application/json'",
    ...token,
    `  -d ${shell(json)}`,
  ].join(" \\\n");
}
