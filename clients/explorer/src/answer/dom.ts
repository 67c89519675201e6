/** Elements, made in one line each; text is text, never markup. */

/** What an element is made with: attributes by name; false and undefined leave one out. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

export type Child = Node | string | undefined;

export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== undefined).map(unbrokenText));
  return made;
}

/** No line break before a percent sign. */
export function unbroken(words: string): string {
  return words.replaceAll(" %", "\u00a0%");
}

function unbrokenText(child: Node | string): Node | string {
  return typeof child === "string" ? unbroken(child) : child;
}

/** A button that does something in the page. */
export function button(words: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = el("button", { type: "button", ...attributes }, words);
  made.addEventListener("click", act);
  return made;
}

/** A table with its headings; the first cell of each row names it. */
export function table(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly Child[])[],
  attributes: Attributes = {},
): HTMLTableElement {
  const cell = (child: Child, i: number): HTMLElement =>
    i === 0 ? el("th", { scope: "row" }, child) : el("td", { class: "number" }, child);
  const head = heads.map((words, i) => el("th", { scope: "col", class: i === 0 ? undefined : "number" }, words));
  return el(
    "table",
    attributes,
    el("caption", { class: "hidden-visually" }, caption),
    el("thead", {}, el("tr", {}, ...head)),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell)))),
  );
}

/** A part that opens. */
export function fold(summary: string, ...children: readonly Child[]): HTMLDetailsElement {
  return el("details", {}, el("summary", {}, summary), ...children);
}

let count = 0;

/** An id that no other element has. */
export function freshId(stem: string): string {
  count += 1;
  return `${stem}-${String(count)}`;
}
