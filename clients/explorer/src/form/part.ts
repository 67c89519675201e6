/** A part of the form: fields that together give some keywords of the question. */
import type { Question } from "timelines-client/web";

import { element } from "./dom";
import type { Keywords } from "./keywords";

/** What every field is to its part and to the form. */
export interface PartField {
  readonly element: HTMLElement;
  /** Where the cursor goes when something is wrong here. */
  readonly control: HTMLElement;
  readonly paths: readonly string[];
  readonly hidden: boolean;
  fail(words?: string): void;
}

/** The event by which a part asks another question. */
export const ASK = "timelines-ask";

export const BY_SCENARIO = "As the scenario says, unless you choose.";

/** One fieldset. */
export abstract class Part {
  readonly element: HTMLElement;
  readonly fields: PartField[] = [];
  /** What the scenario says itself, by its names: where the question says nothing of it, that holds. */
  says: ReadonlySet<string> = new Set();
  readonly #legend: HTMLElement;

  constructor(legend: string) {
    this.#legend = element("legend", {}, legend);
    this.element = element("fieldset", { class: "part" }, this.#legend);
  }

  /** Shows what a question says. */
  abstract show(keywords: Keywords): void;

  /**
   * The keywords that its fields give.
   *
   * @throws Unread where a field cannot be read; the field says so.
   */
  abstract read(): Keywords;

  /** Adds fields, in their order. */
  protected add(...fields: readonly PartField[]): void {
    this.fields.push(...fields);
    this.element.append(...fields.map((field) => field.element));
  }

  /** Asks another question instead. */
  protected ask(question: Question): void {
    this.element.dispatchEvent(new CustomEvent<Question>(ASK, { detail: question, bubbles: true }));
  }

  /** Tells the form that something was chosen for the reader, as if it had been typed. */
  protected changed(): void {
    this.element.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
