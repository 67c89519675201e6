/** The same question in four languages. Nothing here knows a page: `scripts/snippets.js` asks it from a terminal. */
import type { Question } from "timelines-client/web";

import { cliOf } from "./cli";
import { curlOf } from "./curl";
import { pythonOf } from "./python";
import { typescriptOf } from "./typescript";
import type { Where } from "./where";

/** A language, and how it asks. */
export interface Language {
  readonly name: string;
  readonly words: string;
  readonly text: (question: Question, where: Where) => string;
}

export const LANGUAGES: readonly Language[] = [
  { name: "python", words: "Python", text: pythonOf },
  { name: "cli", words: "Command line", text: cliOf },
  { name: "curl", words: "curl", text: curlOf },
  { name: "typescript", words: "TypeScript", text: typescriptOf },
];

/** A question in every language, by the language's name. */
export function textsOf(question: Question, where: Where): Readonly<Record<string, string>> {
  return Object.fromEntries(LANGUAGES.map(({ name, text }) => [name, text(question, where)]));
}
