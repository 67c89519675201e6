/** What frames the parts: the scheme of colours, the skip link, and the question that folds away on a phone. */
import "../style/index.css";

const KEY = "timelines.scheme";
const systemDark = matchMedia("(prefers-color-scheme: dark)");

type Scheme = "light" | "dark";

function systemScheme(): Scheme {
  return systemDark.matches ? "dark" : "light";
}

/** The scheme that the reader sees. */
export function scheme(): Scheme {
  const chosen = document.documentElement.dataset["scheme"];
  return chosen === "light" || chosen === "dark" ? chosen : systemScheme();
}

/** Show a scheme and remember it; the system's own needs no memory. */
export function choose(next: Scheme): void {
  const own = next !== systemScheme();
  if (own) document.documentElement.dataset["scheme"] = next;
  else delete document.documentElement.dataset["scheme"];
  try {
    if (own) localStorage.setItem(KEY, next);
    else localStorage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing still shows it.
  }
}

function mountScheme(button: HTMLButtonElement): void {
  const tell = (): void => {
    button.setAttribute("aria-pressed", String(scheme() === "dark"));
  };
  button.addEventListener("click", () => {
    choose(scheme() === "dark" ? "light" : "dark");
    tell();
  });
  systemDark.addEventListener("change", tell);
  tell();
}

/** The address after `#` holds the question: a link inside the page must not write over it. */
function mountSkip(link: HTMLAnchorElement): void {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById(link.hash.slice(1))?.focus();
  });
}

function mountFold(button: HTMLButtonElement, question: HTMLElement): void {
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    question.classList.toggle("open", open);
  });
}

function part<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no #${id}`);
}

export function mountFrame(): void {
  mountScheme(part("scheme", HTMLButtonElement));
  mountSkip(part("skip", HTMLAnchorElement));
  mountFold(part("fold", HTMLButtonElement), part("ask", HTMLElement));
}
