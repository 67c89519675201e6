/** As of when, under which event, how far and how finely: what most questions leave as it is. */
import type { Condition } from "timelines-client/web";

import { field } from "../facts";
import { numeral } from "../state/notation";
import { numberField, SelectField, textField, TextField, type Option } from "./fields";
import type { Keywords } from "./keywords";
import { figure, numberOf } from "./numbers";
import { Part } from "./part";

/** As of which day. */
export class WhenPart extends Part {
  readonly #asOf = new SelectField({
    label: "As of",
    term: "as of",
    paths: ["as_of"],
    options: [{ value: "", words: "The current forecast" }],
  });
  readonly #horizon = textField({
    label: "Last month that counts",
    term: "within the horizon",
    about: field("Question.horizon"),
    paths: ["horizon"],
    placeholder: "2060-12",
  });
  #asked: Keywords = {};

  constructor() {
    super("When");
    this.add(this.#asOf, this.#horizon);
  }

  /** Calls back when another day is chosen. */
  onDay(act: () => void): void {
    this.#asOf.control.addEventListener("change", act);
  }

  /** The days for which the server has a posterior. */
  fill(days: readonly Option[]): void {
    this.#asOf.fill(days);
    this.show(this.#asked);
  }

  override show(keywords: Keywords): void {
    this.#asked = keywords;
    this.#asOf.show(keywords.asOf === undefined ? "" : dayOf(keywords.asOf));
    this.#horizon.show(keywords.horizon);
  }

  override read(): Keywords {
    return { asOf: this.#asOf.value || undefined, horizon: this.#horizon.read() };
  }
}

const DRIVERS: readonly Option[] = [
  { value: "", words: "No event" },
  { value: "frontier_compute", words: "Largest run so far, FLOP" },
  { value: "spend", words: "Spend on it, 2023 US dollars" },
  { value: "price", words: "Price of compute, 2023 US dollars per FLOP" },
  { value: "algorithms", words: "Algorithmic efficiency, times today’s" },
];
const BEGINS: Readonly<Record<string, number>> = { frontier_compute: 1e28, spend: 1e10, price: 1e-18, algorithms: 10 };
const EVENT = /^\s*(\w+)\s*(>=|<=)\s*(\S+)\s+by\s+(\S+)\s*$/;

/** The event under which is asked. */
export class ConditionPart extends Part {
  readonly #driver = new SelectField({
    label: "Only where this happens",
    term: "condition",
    paths: ["condition.driver", "condition"],
    options: DRIVERS,
  });
  readonly #comparison = new SelectField({
    label: "Is",
    paths: ["condition.comparison"],
    options: [
      { value: "at_least", words: "at least" },
      { value: "at_most", words: "at most" },
    ],
  });
  readonly #value = numberField({ label: "Value", paths: ["condition.value"], words: figure });
  readonly #by = textField({ label: "In the month of", paths: ["condition.by"], placeholder: "2028-12-31" });
  #before = "";

  constructor() {
    super("Condition");
    this.add(this.#driver, this.#comparison, this.#value, this.#by);
    this.#driver.control.addEventListener("change", () => {
      this.#chosen();
    });
  }

  override show({ condition }: Keywords): void {
    const event = typeof condition === "string" ? eventOf(condition) : condition;
    this.#driver.show(event?.driver ?? "");
    this.#comparison.show(event?.comparison ?? "at_least");
    this.#value.show(event?.value);
    this.#by.show(event === undefined ? undefined : dayOf(event.by));
    this.#before = this.#driver.value;
    this.#arrange();
  }

  override read(): Keywords {
    const driver = this.#driver.value as Condition["driver"] | "";
    if (driver === "") return {};
    const comparison = this.#comparison.value as Condition["comparison"];
    return { condition: { driver, comparison, value: this.#value.need(), by: this.#by.need() } };
  }

  #chosen(): void {
    const driver = this.#driver.value;
    if (driver !== this.#before) this.#value.show(BEGINS[driver]);
    if (this.#by.control.value === "") this.#by.show("2028-12-31");
    this.#before = driver;
    this.#arrange();
  }

  #arrange(): void {
    this.#comparison.hidden = this.#value.hidden = this.#by.hidden = this.#driver.value === "";
  }
}

/** How the answer is worked out and told. */
export class MorePart extends Part {
  readonly #quantiles = numbersField("Quantiles", "quantile over all draws", "quantiles", "0.1, 0.5, 0.9");
  readonly #years = numbersField("Probability by the end of", undefined, "by_years", "2030, 2040");
  readonly #draws = numberField({
    label: "Draws at most",
    term: "Monte Carlo error",
    about: field("Question.max_draws"),
    paths: ["max_draws"],
    placeholder: "4000",
  });
  readonly #seed = numberField({
    label: "Seed",
    about: field("Question.seed"),
    paths: ["seed"],
    placeholder: "20261120",
  });
  readonly #posterior = textField({
    label: "Posterior",
    term: "posterior",
    about: field("Question.posterior"),
    paths: ["posterior"],
  });
  readonly #effects = new SelectField({
    label: "How far each limit moves the answer",
    about: field("Question.limit_effects"),
    paths: ["limit_effects"],
    options: [
      { value: "", words: "Not worked out" },
      { value: "true", words: "Worked out" },
    ],
  });
  #asked: Keywords = {};

  constructor() {
    super("How it is worked out");
    this.add(this.#effects, this.#quantiles, this.#years, this.#draws, this.#seed, this.#posterior);
  }

  /** Another day has another posterior: one that was named is not meant any more. */
  forgetPosterior(): void {
    this.#posterior.show(undefined);
  }

  override show(keywords: Keywords): void {
    this.#asked = keywords;
    this.#effects.show(keywords.limitEffects === true ? "true" : "");
    this.#quantiles.show(keywords.quantiles);
    this.#years.show(keywords.byYears);
    this.#draws.show(keywords.maxDraws);
    this.#seed.show(keywords.seed);
    this.#posterior.show(keywords.posterior);
  }

  override read(): Keywords {
    const effects = this.#effects.value === "true";
    return {
      limitEffects: effects || (this.#asked.limitEffects === false ? false : undefined),
      quantiles: this.#quantiles.read(),
      byYears: this.#years.read(),
      maxDraws: this.#draws.read(),
      seed: this.#seed.read(),
      posterior: this.#posterior.read(),
    };
  }
}

function numbersField(label: string, term: string | undefined, named: string, placeholder: string) {
  return new TextField<readonly number[]>({
    label,
    ...(term === undefined ? {} : { term }),
    about: field(`Question.${named}`),
    paths: [named],
    placeholder,
    read: (text) =>
      text
        .split(/[,;]\s*|\s+/)
        .filter(Boolean)
        .map(numberOf),
    write: (values) => values.map(numeral).join(", "),
  });
}

function dayOf(day: Date | string): string {
  return day instanceof Date ? day.toISOString().slice(0, 10) : day;
}

/** The event of a text that the client took. */
function eventOf(text: string): Condition | undefined {
  const [, driver, sign, value, by] = EVENT.exec(text) ?? [];
  if (driver === undefined || by === undefined) return undefined;
  const comparison = sign === ">=" ? "at_least" : "at_most";
  return { driver: driver as Condition["driver"], comparison, value: Number(value), by };
}
