/** One of a few, as radios that stand beside each other. */
import { element, newId } from "./dom";
import { what, type FieldOptions, type Option } from "./fields";
import type { PartField } from "./part";

/** Radios in a group, with what a field has. */
export class ChoiceField implements PartField {
  readonly element: HTMLElement;
  readonly paths: readonly string[];
  readonly #radios: HTMLInputElement[] = [];
  readonly #hint: HTMLElement;
  readonly #error: HTMLElement;

  constructor({ label, term, about, hint, paths, options }: FieldOptions & { readonly options: readonly Option[] }) {
    const id = newId("choice");
    this.paths = paths;
    this.#hint = element("p", { class: "hint", id: `${id}-hint` }, hint);
    this.#error = element("p", { class: "error", id: `${id}-error` });
    this.#hint.hidden = hint === undefined;
    this.#error.hidden = true;
    const mark = what(label, term, about);
    const name = element("legend", {}, label, ...(mark === undefined ? [] : [" ", mark]));
    const group = element("fieldset", { class: "choices", "aria-describedby": `${id}-error ${id}-hint` }, name);
    for (const { value, words } of options) group.append(this.#radio(id, value, words));
    this.element = element("div", { class: "field" }, group, this.#error, this.#hint);
  }

  get control(): HTMLInputElement {
    const found = this.#radios.find(({ checked }) => checked) ?? this.#radios[0];
    if (found === undefined) throw new Error("a choice without options");
    return found;
  }

  get hidden(): boolean {
    return this.element.hidden !== false;
  }

  set hidden(hidden: boolean) {
    this.element.hidden = hidden;
  }

  get value(): string {
    return this.#radios.find(({ checked }) => checked)?.value ?? "";
  }

  set value(chosen: string) {
    for (const radio of this.#radios) radio.checked = radio.value === chosen;
    this.fail();
  }

  hint(words: string): void {
    this.#hint.textContent = words;
    this.#hint.hidden = words === "";
  }

  fail(words = ""): void {
    this.#error.textContent = words;
    this.#error.hidden = words === "";
  }

  #radio(group: string, value: string, words: string): HTMLElement {
    const radio = element("input", { type: "radio", name: group, value });
    this.#radios.push(radio);
    return element("label", {}, radio, words);
  }
}
