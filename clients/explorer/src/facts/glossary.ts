/** The glossary. */
import told from "./facts.json";

/** One of its terms. */
export interface Term {
  readonly term: string;
  readonly means: string;
  readonly misread: string;
  readonly section: string;
}

const TERMS = terms();

/** What a term means here and how it is misread; by its name or another name of it, in any spelling. */
export function explain(term: string): Term | undefined {
  return TERMS.get(plain(term));
}

function terms(): ReadonlyMap<string, Term> {
  const found = new Map<string, Term>();
  for (const one of told.glossary) found.set(plain(one.term), one);
  for (const one of told.glossary) {
    for (const name of one.also) if (!found.has(plain(name))) found.set(plain(name), one);
  }
  return found;
}

function plain(term: string): string {
  return term
    .replaceAll(/[\s_-]+/g, " ")
    .trim()
    .toLowerCase();
}
