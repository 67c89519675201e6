/** The question, as a form: every change is asked at once, what is wrong stands at its field. */
import { questionMessage, TimelinesError, type FieldViolation, type Question } from "timelines-client/web";

import type { Asking, Mount, Store } from "../contract";
import { DEFAULT_QUESTION } from "../state/link";
import { CriterionPart, LawPart, ProgressPart } from "./assumptions";
import { button, element } from "./dom";
import "./form.css";
import { given, isLoss, type Keywords } from "./keywords";
import { Lists } from "./lists";
import { ConditionPart, MorePart, WhenPart } from "./more";
import { Unread } from "./numbers";
import { ASK, type Part, type PartField } from "./part";
import { PayerPart } from "./payer";
import { ScenarioPart } from "./scenario";
import { TargetPart } from "./target";
import { questionWords } from "./words";

export { questionWords } from "./words";

/** The form takes its place. */
export const mountForm: Mount = (root, store, services) => {
  const form = new Form(root, store);
  const lists = new Lists(services.client, form);
  const stops = [
    store.subscribe(({ question }) => {
      form.show(question);
    }),
    services.asking.subscribe((asking) => {
      form.hear(asking);
      if (isThere(asking)) lists.load();
    }),
  ];
  form.hear(services.asking.current);
  return () => {
    for (const stop of stops) stop();
    root.replaceChildren();
  };
};

/** Whether the server has answered, be it that the question cannot be asked so. */
function isThere(asking: Asking): boolean {
  if (asking.kind !== "failed") return asking.kind === "answered";
  return asking.error instanceof TimelinesError && asking.error.fieldViolations.length > 0;
}

/** All parts, as one question. */
export class Form {
  readonly target = new TargetPart();
  readonly payer = new PayerPart();
  readonly law = new LawPart();
  readonly scenario = new ScenarioPart();
  readonly when = new WhenPart();
  readonly #criterion = new CriterionPart();
  readonly #progress = new ProgressPart();
  readonly #more = new MorePart();
  readonly #parts: readonly Part[];
  readonly #store: Store;
  readonly #alert = element("p", { class: "error whole", role: "alert" });
  #says: ReadonlySet<string> = new Set();
  /** What the form itself has asked, which it need not be shown. */
  #own: Question | undefined;
  /** Told when the scale, on which the laws depend, may be another. */
  onScale: (scale: string) => void = () => undefined;

  constructor(root: HTMLElement, store: Store) {
    this.#store = store;
    const condition = new ConditionPart();
    const [first, last] = [
      [this.target, this.#criterion, this.payer],
      [this.scenario, this.when],
    ];
    const shown = [...first, this.law, this.#progress, ...last];
    this.#parts = [...shown, condition, this.#more];
    const more = element("details", { class: "more" }, element("summary", {}, "More"));
    more.append(condition.element, this.#more.element);
    const reset = button("Reset", () => {
      store.change({ question: DEFAULT_QUESTION });
    });
    const head = element("div", { class: "head" }, element("h2", {}, "The question"), reset);
    root.replaceChildren(head, this.#alert, ...shown.map((part) => part.element), more);
    this.#listen(root);
    this.show(store.state.question);
  }

  /** Shows a question, unless the form has asked it itself. */
  show(question: Question): void {
    const line = document.getElementById("question-summary");
    if (line !== null) line.textContent = questionWords(question);
    if (question === this.#own) return;
    this.scenario.show(question);
    this.#showAll(question);
    this.#clear();
  }

  /** The scenarios are known now, and with them what the chosen one says. */
  refresh(): void {
    this.#heed(this.#store.state.question);
  }

  #showAll(question: Question): void {
    this.#says = this.scenario.said();
    for (const part of this.#parts) {
      part.says = this.#says;
      part.show(question);
    }
    this.#arrange();
  }

  /** What a scenario says itself is not shown as if the question left it to the default. */
  #heed(question: Question): void {
    const says = this.scenario.said();
    if ([...says].join() !== [...this.#says].join()) this.#showAll(question);
  }

  /** What became of the question: the server's complaints stand at the fields that they name. */
  hear(asking: Asking): void {
    if (asking.kind === "answered") this.#clear();
    if (asking.kind !== "failed" || !(asking.error instanceof TimelinesError)) return;
    if (asking.error.fieldViolations.length > 0) this.#complain(asking.error);
  }

  #listen(root: HTMLElement): void {
    const act = (): void => {
      this.#changed();
    };
    root.addEventListener("input", act);
    root.addEventListener("change", act);
    root.addEventListener("submit", (event) => {
      event.preventDefault();
    });
    root.addEventListener(ASK, (event) => {
      this.#store.change({ question: (event as CustomEvent<Question>).detail });
    });
    this.when.onDay(() => {
      this.#more.forgetPosterior();
    });
  }

  #changed(): void {
    this.#arrange();
    const question = this.#read();
    if (question === undefined) return;
    this.#own = question;
    this.#store.change({ question });
    this.#heed(question);
  }

  /** The question of the fields; none while one of them cannot be read, so that the last good one stays. */
  #read(): Question | undefined {
    const said: Keywords[] = [];
    let unread = false;
    for (const part of this.#parts.filter(({ element: { hidden } }) => hidden === false)) {
      try {
        said.push(part.read());
      } catch (wrong) {
        if (!(wrong instanceof Unread)) throw wrong;
        unread = true;
      }
    }
    return unread ? undefined : this.#checked(given(Object.assign({}, ...said) as Keywords) as Question);
  }

  #checked(question: Question): Question | undefined {
    this.#clear();
    try {
      questionMessage(question);
      return question;
    } catch (wrong) {
      if (!(wrong instanceof TimelinesError)) throw wrong;
      this.#complain(wrong);
      return undefined;
    }
  }

  #complain({ message, fieldViolations }: TimelinesError): void {
    this.#clear();
    const placed = fieldViolations.map((one) => this.#place(one));
    const homeless = placed.length === 0 || placed.includes(false);
    this.#alert.textContent = message;
    this.#alert.classList.toggle("hidden-visually", !homeless);
  }

  /** Puts a complaint at the field that it names most exactly; whether there is one. */
  #place({ field, description }: FieldViolation): boolean {
    const path = field.replace(/^question\./, "").replace(/^scenario\.(?:name|inline\.)/, "scenario.");
    const length = ({ paths }: PartField): number =>
      Math.max(0, ...paths.filter((one) => path.startsWith(one)).map((one) => one.length));
    const seen = this.#parts.filter((part) => !part.element.hidden).flatMap((part) => part.fields);
    const [best] = seen.filter((one) => !one.hidden).sort((a, b) => length(b) - length(a));
    if (best === undefined || length(best) === 0) return false;
    // The field is named by where the words stand, and needs no path of the protos.
    best.fail(description.replace(/^[a-z]\w*(?:\.[\w[\]]+)+ is /, "It is "));
    best.element.closest("details")?.setAttribute("open", "");
    return true;
  }

  #clear(): void {
    this.#alert.textContent = "";
    for (const part of this.#parts) for (const field of part.fields) field.fail();
  }

  /** What does not go with the target or with what counts is not shown, and not asked. */
  #arrange(): void {
    const { kind } = this.target;
    const criterion = this.#criterion.chosen;
    this.law.element.hidden = kind !== undefined && !isLoss(kind);
    this.payer.element.hidden = criterion !== "affordable" && criterion !== "";
    this.#progress.price(criterion !== "on_trend");
    if (!this.law.element.hidden) this.onScale(this.target.scale);
  }
}
