/** The question of a chart as keywords, for the names of its files. */
import { create } from "@bufbuild/protobuf";
import { AnswerSchema, QuestionSchema, type Question as QuestionMessage } from "timelines-client/v1";
import { Answer, type Question } from "timelines-client/web";

import type { Asked } from "../charts/asking.js";

/** The last of the chart's questions: the one that is asked now. */
export function askedOf({ questions }: Asked): Question | undefined {
  const message = questions.at(-1)?.question;
  if (message === undefined) return undefined;
  const question: QuestionMessage = create(QuestionSchema, message);
  return new Answer(create(AnswerSchema, { question })).question;
}
