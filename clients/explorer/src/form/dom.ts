/** Elements, made in one expression. Words become text, never markup. */

type Tag = keyof HTMLElementTagNameMap;
type Child = Node | string | undefined;

/** An element with attributes, and what is in it; attributes that are undefined or false are left out. */
export function element<Name extends Tag>(
  tag: Name,
  attributes: Readonly<Record<string, string | boolean | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** A button that does something. */
export function button(words: string, act: () => void, kind = "button"): HTMLButtonElement {
  const made = element("button", { type: "button", class: kind }, words);
  made.addEventListener("click", act);
  return made;
}

let count = 0;

/** An id that no other element has. */
export function newId(what: string): string {
  return `${what}-${String((count += 1))}`;
}
