/** The token of this visit: kept while the tab is open, in no link and in nothing that outlives it. */
const KEY = "timelines-token";

/** The token that was given, if any. */
export function token(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined; // the browser keeps nothing for this page
  }
}

/** Keeps a token; none forgets it. */
export function keepToken(given: string | undefined): void {
  try {
    if (given === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, given);
  } catch {
    // it is asked for again at the next visit
  }
}
