/** How the target is reached: what counts, which law, how fast algorithms get better, which price. */
import { explain, field, PRICE_BASES } from "../facts";
import { numeral } from "../state/notation";
import { beliefOf, beliefText } from "./beliefs";
import { ChoiceField } from "./choices";
import { numberField, SelectField, TextField, type Option } from "./fields";
import type { Keywords } from "./keywords";
import { dollars, figure, Unread } from "./numbers";
import { BY_SCENARIO, Part } from "./part";

type Speed = NonNullable<Keywords["algorithms"]>;

const CRITERIA_TERMS: Readonly<Record<string, string>> = {
  affordable: "affordable",
  on_trend: "on trend",
  inference_affordable: "inference affordable",
};

/** What counts as reached. */
export class CriterionPart extends Part {
  readonly #criterion = new ChoiceField({
    label: "Reached when",
    paths: ["criterion"],
    options: [
      { value: "affordable", words: "the payer can buy it" },
      { value: "on_trend", words: "the largest run gets there" },
      { value: "inference_affordable", words: "its text is cheap" },
    ],
  });
  readonly #bound = numberField({
    label: "100 pages cost at most, 2023 US dollars",
    about: field("Question.inference_usd_per_100_pages"),
    paths: ["inference_usd_per_100_pages"],
    words: (usd) => dollars(usd),
  });
  #asked: Keywords = {};

  constructor() {
    super("What counts");
    this.add(this.#criterion, this.#bound);
    this.element.addEventListener("change", () => {
      this.#arrange();
    });
  }

  /** The criterion, as it stands; empty where the scenario says it. */
  get chosen(): string {
    return this.#criterion.value;
  }

  override show(keywords: Keywords): void {
    this.#asked = keywords;
    const implied = keywords.inferenceUsdPer100Pages === undefined ? "affordable" : "inference_affordable";
    const silent = keywords.criterion === undefined && implied === "affordable" && this.says.has("criterion");
    this.#criterion.value = silent ? "" : (keywords.criterion ?? implied);
    this.#bound.show(keywords.inferenceUsdPer100Pages ?? (keywords.scenario === undefined ? 0.01 : undefined));
    this.#arrange();
  }

  override read(): Keywords {
    const criterion = this.#criterion.value as NonNullable<Keywords["criterion"]> | "";
    if (criterion === "") return {};
    if (criterion === "inference_affordable") return { criterion, inferenceUsdPer100Pages: this.#bound.read() };
    const stays = criterion === "affordable" && this.#asked.criterion === undefined && !this.says.has("criterion");
    return { criterion: stays ? undefined : criterion };
  }

  #arrange(): void {
    this.#bound.hidden = this.#criterion.value !== "inference_affordable";
    this.#criterion.hint(explain(CRITERIA_TERMS[this.#criterion.value] ?? "")?.means ?? BY_SCENARIO);
  }
}

const FORMS: readonly Option[] = [
  { value: "", words: "As is usual for the day and the scale" },
  { value: "pooled", words: "Pooled: all studies, with a floor" },
  { value: "mixture", words: "Mixture: with and without a floor" },
  { value: "power_law", words: "Power law: all studies, no floor" },
];
const LAW_TERMS: Readonly<Record<string, string>> = { "": "scaling law", pooled: "pooled law", mixture: "mixture" };

/** The scaling law of a loss. */
export class LawPart extends Part {
  readonly #law = new SelectField({ label: "Scaling law", term: "scaling law", paths: ["law"], options: FORMS });
  readonly #noise = numberField({
    label: "Noise of a published law in the pool",
    about: field("PooledLaw.relative_noise"),
    paths: ["law.pooled.relative_noise", "law.mixture.relative_noise", "law.power_law.relative_noise"],
    words: (share) => `${figure(100 * share)} % of the loss`,
    placeholder: "0.01",
  });
  readonly #weight = numberField({
    label: "Weight of the law without a floor",
    about: field("MixtureLaw.power_law_weight"),
    paths: ["law.mixture.power_law_weight"],
    words: (share) => `${figure(100 * share)} % of the draws`,
    placeholder: "0.06",
  });

  /** Of the question that was shown, whose law stays even where it is not known. */
  #scale: string | undefined;

  constructor() {
    super("Law");
    this.add(this.#law, this.#noise, this.#weight);
    this.element.addEventListener("change", () => {
      this.#arrange();
    });
  }

  /** The published laws of the chosen scale; a law of another one is dropped with it. */
  fill(published: readonly Option[], scale: string): void {
    const { value } = this.#law;
    this.#law.fill([...FORMS, ...published]);
    if (this.#law.value !== value) this.#law.show(scale === this.#scale ? value : "");
    this.#arrange();
  }

  override show(keywords: Keywords): void {
    const implied = keywords.noise === undefined ? "" : "pooled";
    this.#scale = keywords.scale;
    this.#law.show(keywords.law ?? implied);
    this.#noise.show(keywords.noise);
    this.#weight.show(keywords.powerLawWeight);
    this.#arrange();
  }

  override read(): Keywords {
    const law = this.#law.value;
    if (this.element.hidden || law === "") return {};
    const powerLawWeight = law === "mixture" ? this.#weight.read() : undefined;
    return { law, noise: this.#noise.hidden ? undefined : this.#noise.read(), powerLawWeight };
  }

  #arrange(): void {
    const { value } = this.#law;
    this.#noise.hidden = !FORMS.some((form) => form.value === value) || value === "";
    this.#weight.hidden = value !== "mixture";
    const silent = value === "" && this.says.has("law");
    this.#law.hint(silent ? BY_SCENARIO : (explain(LAW_TERMS[value] ?? "")?.means ?? ""));
  }
}

/** How fast algorithms get better, and which price of compute is meant. */
export class ProgressPart extends Part {
  readonly #speed = new ChoiceField({
    label: "The compute that a loss needs halves every",
    term: "algorithmic efficiency",
    paths: ["algorithms.preset", "algorithms"],
    options: [
      { value: "", words: "as usual" },
      { value: "8mo", words: "8 months" },
      { value: "16mo", words: "16 months" },
      { value: "off", words: "never" },
      { value: "own", words: "own" },
    ],
  });
  readonly #own = new TextField<Speed>({
    label: "Halving time, months (90 %)",
    hint: "An interval such as 6 to 24, or logNormal(median: 8, sdLn: 0.5).",
    paths: ["algorithms.prior"],
    read: speedOf,
    write: (speed) => (typeof speed === "string" ? "" : beliefText(speed)),
    placeholder: "6 to 24",
  });
  readonly #ceiling = numberField({
    label: "At most, orders of magnitude",
    about: field("Algorithms.ceiling_oom"),
    paths: ["algorithms.ceiling_oom"],
    words: (oom) => `${figure(10 ** oom)} times less compute`,
  });
  readonly #price = new ChoiceField({
    label: "Price of compute",
    term: "realised price",
    paths: ["price_basis"],
    options: [
      { value: "realised", words: "Paid by past runs" },
      { value: "list_rental", words: "Rented at list price" },
      { value: "amortized_purchase", words: "Chips bought" },
    ],
  });
  #asked: Keywords = {};

  constructor() {
    super("Algorithms and price");
    this.add(this.#speed, this.#own, this.#ceiling, this.#price);
    this.element.addEventListener("change", () => {
      this.#arrange();
    });
  }

  override show(keywords: Keywords): void {
    const { algorithms } = keywords;
    this.#asked = keywords;
    this.#speed.value = typeof algorithms === "object" ? "own" : (algorithms ?? "");
    this.#own.show(typeof algorithms === "object" ? algorithms : [6, 24]);
    this.#ceiling.show(keywords.algorithmsCeilingOom);
    this.#price.value = keywords.price ?? (this.says.has("priceBasis") ? "" : "realised");
    this.#arrange();
  }

  override read(): Keywords {
    const price = this.#price.value as Keywords["price"] | "";
    const usual = price === "realised" && this.#asked.price === undefined && !this.says.has("priceBasis");
    return { ...this.#algorithms(), price: this.#price.hidden || usual || price === "" ? undefined : price };
  }

  /** Whether a price has a part in the question. */
  price(has: boolean): void {
    this.#price.hidden = !has;
  }

  #algorithms(): Keywords {
    const chosen = this.#speed.value;
    if (chosen === "") return {};
    const algorithms = chosen === "own" ? this.#own.need() : (chosen as Speed);
    return { algorithms, algorithmsCeilingOom: this.#ceiling.hidden ? undefined : this.#ceiling.read() };
  }

  #arrange(): void {
    const chosen = this.#speed.value;
    this.#own.hidden = chosen !== "own";
    const { algorithms, algorithmsCeilingOom } = this.#asked;
    const said = algorithms === "off" && algorithmsCeilingOom !== undefined;
    this.#ceiling.hidden = chosen === "" || (chosen === "off" && !said);
    const usual = field("Question.algorithms").replace(/^.*Default: /, "As usual: ");
    this.#speed.hint(chosen !== "" ? "" : this.says.has("algorithms") ? BY_SCENARIO : usual);
    this.#price.hint(PRICE_BASES[this.#price.value] ?? BY_SCENARIO);
  }
}

/** The prior of a text: an interval in months, or a log-normal. */
function speedOf(text: string): Speed {
  const said = beliefOf(/^[\d.\s]+(?:to|\.\.)/.test(text) ? text.replaceAll(/\s*mo(?:nths?)?\b/g, "") : text);
  if (Array.isArray(said) || (typeof said === "object" && "logNormal" in said)) return said as Speed;
  const known = typeof said === "number" ? numeral(said) : text;
  throw new Unread(`Write an interval such as 6 to 24 months around ${known}, or logNormal(median: 8, sdLn: 0.5).`);
}
