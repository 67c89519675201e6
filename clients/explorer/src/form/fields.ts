/** Fields: a control with its label, a hint, what its value says in words, and what is wrong with it. */
import { explain, tipped } from "../facts";
import { numeral } from "../state/notation";
import { element, newId } from "./dom";
import { money, numberOf, Unread } from "./numbers";

/** Half a number is no mistake yet: what is wrong is said this long after the last key. */
const TYPING_MS = 700;

/** How a field is made. */
export interface FieldOptions {
  readonly label: string;
  /** Term of the glossary that explains the label. */
  readonly term?: string;
  readonly hint?: string;
  /** What the field is, with its unit and bounds, for those who ask. */
  readonly about?: string;
  /** Fields of the protos whose errors belong here: `target.loss.scale`, or what they begin with. */
  readonly paths: readonly string[];
}

/** A control with what belongs to it. */
export class Field<Control extends HTMLInputElement | HTMLSelectElement = HTMLInputElement> {
  readonly element: HTMLElement;
  readonly control: Control;
  paths: readonly string[];
  readonly #head: HTMLElement;
  readonly #hint: HTMLElement;
  readonly #said: HTMLElement;
  readonly #error: HTMLElement;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(control: Control, { label, term, about, hint, paths }: FieldOptions) {
    const id = (control.id = newId("field"));
    this.control = control;
    this.paths = paths;
    this.#hint = element("p", { class: "hint", id: `${id}-hint` }, hint);
    this.#said = element("p", { class: "said", id: `${id}-said` });
    this.#error = element("p", { class: "error", id: `${id}-error` });
    this.#hint.hidden = hint === undefined;
    control.setAttribute("aria-describedby", `${id}-error ${id}-said ${id}-hint`);
    this.#head = element("div", { class: "label" });
    const notes = element("div", { class: "notes" }, this.#said, this.#error);
    this.element = element("div", { class: "field" }, this.#head, control, notes, this.#hint);
    this.rename(label, term, about);
  }

  /** Another label, with the term of the glossary that explains it and what is said of the field. */
  rename(label: string, term?: string, about?: string): void {
    const name = element("label", { for: this.control.id }, label);
    const mark = what(label, term, about);
    this.#head.replaceChildren(name, ...(mark === undefined ? [] : [mark]));
  }

  get hidden(): boolean {
    return this.element.hidden !== false;
  }

  set hidden(hidden: boolean) {
    this.element.hidden = hidden;
  }

  /** What the value is in words, beside it. */
  say(words: string): void {
    this.#said.textContent = words;
  }

  hint(words: string): void {
    this.#hint.textContent = words;
    this.#hint.hidden = words === "";
  }

  /** Shows what is wrong, or that nothing is; later, where somebody may still be typing. */
  fail(words = "", waitMs = 0): void {
    clearTimeout(this.#timer);
    if (words !== "" && waitMs > 0) {
      this.#timer = setTimeout(() => {
        this.fail(words);
      }, waitMs);
      return;
    }
    if (words === "") this.control.removeAttribute("aria-invalid");
    else this.control.setAttribute("aria-invalid", "true");
    this.#error.textContent = words;
  }
}

/** A small question mark beside a label, which tells what is meant; none where nothing more is to be told. */
export function what(label: string, term?: string, about = ""): HTMLElement | undefined {
  const found = term === undefined ? undefined : explain(term);
  const told = [about, found?.means ?? "", found === undefined ? "" : `Misread: ${found.misread}`];
  const paragraphs = told.filter((one) => one !== "");
  if (paragraphs.length === 0) return undefined;
  const name = `What is meant by “${label}”?`;
  return tipped(element("button", { type: "button", class: "term what", "aria-label": name }, "?"), paragraphs);
}

/** A field of text whose value is read and written by two functions; empty stands for none. */
export class TextField<Value> extends Field {
  readonly #read: (text: string) => Value;
  readonly #write: (value: Value) => string;
  readonly #words: ((value: Value) => string) | undefined;

  constructor(options: FieldOptions & Form<Value>) {
    const { read, write, words, placeholder, mode = "text" } = options;
    const plain = { type: "text", autocomplete: "off", spellcheck: "false", autocapitalize: "off", inputmode: mode };
    super(element("input", { ...plain, placeholder }), options);
    this.#read = read;
    this.#write = write;
    this.#words = words;
  }

  /**
   * The value; undefined where the field is empty.
   *
   * @throws Unread where it cannot be read; the field says so.
   */
  read(): Value | undefined {
    const text = this.control.value.trim();
    this.fail();
    try {
      const value = text === "" ? undefined : this.#read(text);
      this.say(value === undefined ? "" : (this.#words?.(value) ?? ""));
      return value;
    } catch (wrong) {
      this.say("");
      this.#failSoon(wrong instanceof Error ? wrong.message : String(wrong));
      throw wrong;
    }
  }

  /**
   * The value, where one is needed.
   *
   * @throws Unread where it is missing as well.
   */
  need(): Value {
    const value = this.read();
    if (value !== undefined) return value;
    this.#failSoon("Fill this in.");
    throw new Unread("a field is empty");
  }

  #failSoon(words: string): void {
    this.fail(words, document.activeElement === this.control ? TYPING_MS : 0);
  }

  show(value: Value | undefined): void {
    this.control.value = value === undefined ? "" : this.#write(value);
    this.fail();
    this.say(value === undefined ? "" : (this.#words?.(value) ?? ""));
  }
}

/** How a text is read and written. */
export interface Form<Value> {
  readonly read: (text: string) => Value;
  readonly write: (value: Value) => string;
  readonly words?: (value: Value) => string;
  readonly placeholder?: string;
  readonly mode?: "text" | "decimal" | "numeric";
}

/** A field of a number in any way that people write one. */
export function numberField(
  options: FieldOptions & { readonly words?: (value: number) => string; readonly placeholder?: string },
): TextField<number> {
  return new TextField({ ...options, read: numberOf, write: numeral });
}

/** A field of a sum, which stands there as `$1bn` wherever that says it exactly. */
export function moneyField(options: FieldOptions & { readonly words?: (value: number) => string }): TextField<number> {
  const write = (usd: number): string => (numberOf(money(usd)) === usd ? money(usd) : numeral(usd));
  return new TextField({ ...options, read: numberOf, write, placeholder: "$1bn" });
}

/** A field whose text is the value. */
export function textField(options: FieldOptions & { readonly placeholder?: string }): TextField<string> {
  return new TextField<string>({ ...options, read: (text) => text, write: (text) => text });
}

/** One of a list; in groups where their names differ. */
export interface Option {
  readonly value: string;
  readonly words: string;
  readonly group?: string;
}

/** A field that takes one of some options. */
export class SelectField extends Field<HTMLSelectElement> {
  constructor(options: FieldOptions & { readonly options?: readonly Option[] }) {
    super(element("select"), options);
    this.fill(options.options ?? []);
  }

  get value(): string {
    return this.control.value;
  }

  /** The options from now on; what was chosen stays, if it is still among them. */
  fill(options: readonly Option[]): void {
    const chosen = this.control.value;
    const groups = new Map<string, HTMLElement>();
    this.control.replaceChildren();
    for (const { value, words, group = "" } of options) {
      let place: HTMLElement = this.control;
      if (group !== "") {
        place = groups.get(group) ?? element("optgroup", { label: group });
        groups.set(group, place);
        this.control.append(place);
      }
      place.append(element("option", { value }, words));
    }
    if (options.some(({ value }) => value === chosen)) this.control.value = chosen;
  }

  /** Chooses a value; one that is not among the options is added, so that nothing is lost. */
  show(value: string): void {
    const known = [...this.control.options].some((option) => option.value === value);
    if (!known) this.control.append(element("option", { value }, value));
    this.control.value = value;
    this.fail();
  }
}
