/** A button that copies a text, and says that it did. */
import { button, element } from "../form/dom";

const SAID_MS = 2000;

/** A button that copies what a function gives when it is pressed. */
export function copyButton(words: string, text: () => string): HTMLElement {
  const said = element("span", { class: "hidden-visually", role: "status" });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const made = button(words, () => {
    void copy(text()).then((done) => {
      clearTimeout(timer);
      made.textContent = done ? "Copied" : "Not copied";
      said.textContent = done ? "Copied" : "The browser did not let the page copy; select the text instead.";
      timer = setTimeout(() => {
        made.textContent = words;
        said.textContent = "";
      }, SAID_MS);
    });
  });
  made.classList.add("copy");
  return element("span", { class: "copying" }, made, said);
}

/** Puts a text on the clipboard; whether it is there. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** The way of pages that may not use the clipboard, such as those over plain HTTP from another machine. */
function copyBySelection(text: string): boolean {
  const area = element("textarea", { class: "hidden-visually", readonly: true, "aria-hidden": "true" });
  area.value = text;
  const before = document.activeElement;
  document.body.append(area);
  area.select();
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else copies without the clipboard's leave
    return document.execCommand("copy");
  } finally {
    area.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}
