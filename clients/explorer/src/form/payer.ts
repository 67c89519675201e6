/** Who pays, and what the money pays for. */
import type { Belief } from "timelines-client/web";

import { COST_SCOPES, field } from "../facts";
import { BELIEF_HINT, beliefOf, beliefText } from "./beliefs";
import { ChoiceField } from "./choices";
import { button, element } from "./dom";
import { moneyField, numberField, SelectField, textField, TextField } from "./fields";
import type { Keywords } from "./keywords";
import { dollars, figure, money } from "./numbers";
import { BY_SCENARIO, Part } from "./part";

type Kind = "fixed" | "frontier" | "growing" | "unlimited";
type Basis = "2023" | "year" | "day";

const PRESETS = [1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12];

/** The payer's part of the form. */
export class PayerPart extends Part {
  readonly #kind = new ChoiceField({
    label: "Who pays",
    term: "payer",
    paths: ["payer"],
    options: [
      { value: "fixed", words: "Fixed sum" },
      { value: "frontier", words: "Frontier’s spend" },
      { value: "growing", words: "Growing sum" },
      { value: "unlimited", words: "No limit" },
    ],
  });
  readonly #budget = moneyField({
    label: "Budget, US dollars",
    term: "2023 US dollars",
    paths: ["payer.fixed_usd_2023", "payer.stated.usd"],
    words: (usd) => dollars(usd, this.#whose()),
    about: field("StatedBudget.usd"),
  });
  readonly #presets = element("div", { class: "presets", role: "group", "aria-label": "Budgets to choose from" });
  readonly #basis = new SelectField({
    label: "In dollars of",
    paths: ["payer.stated"],
    options: [
      { value: "2023", words: "2023, constant" },
      { value: "year", words: "another year" },
      { value: "day", words: "the day on which they are spent" },
    ],
  });
  readonly #year = numberField({
    label: "Year of the dollars",
    about: field("StatedBudget.currency_year"),
    paths: ["payer.stated.currency_year"],
  });
  readonly #inflation = numberField({
    label: "Prices rise each year by",
    about: field("StatedBudget.nominal_inflation"),
    paths: ["payer.stated.nominal_inflation"],
    words: (share) => `${figure(100 * share)} % a year`,
  });
  readonly #spend = moneyField({
    label: "Sum on the first day, 2023 US dollars",
    paths: ["payer.spend_path.usd_2023"],
    words: (usd) => dollars(usd),
  });
  readonly #from = textField({
    label: "First day",
    about: field("SpendPath.from_date"),
    paths: ["payer.spend_path.from_date"],
  });
  readonly #growth = new TextField<Belief>({
    label: "Growth, orders of magnitude a year",
    hint: `0.3 is a doubling each year. ${BELIEF_HINT}`,
    paths: ["payer.spend_path.growth_oom_per_year", "payer.spend_path"],
    read: beliefOf,
    write: beliefText,
    words: (said) => (typeof said === "number" ? `times ${figure(10 ** said)} a year` : ""),
  });
  readonly #ceiling = moneyField({
    label: "At most, 2023 US dollars",
    about: field("SpendPath.ceiling_usd_2023"),
    paths: ["payer.spend_path.ceiling_usd_2023"],
    words: (usd) => dollars(usd),
  });
  readonly #scope = new ChoiceField({
    label: "The money pays for",
    term: "final-run cost",
    paths: ["cost_scope"],
    options: [
      { value: "final_run", words: "The final run" },
      { value: "with_staff", words: "Run and staff" },
      { value: "development", words: "All development" },
    ],
  });
  #asked: Keywords = {};

  constructor() {
    super("Payer");
    this.#presets.append(...PRESETS.map((usd) => this.#preset(usd)));
    this.add(this.#kind, this.#budget);
    this.element.append(this.#presets);
    this.add(this.#basis, this.#year, this.#inflation, this.#spend, this.#from, this.#growth, this.#ceiling);
    this.add(this.#scope);
    this.element.addEventListener("change", () => {
      this.#arrange();
    });
  }

  override show(keywords: Keywords): void {
    const { budgetUsd, currencyYear, nominalInflation, spendUsd, spendFrom } = keywords;
    this.#asked = keywords;
    this.#kind.value = this.#saysNothing() && this.says.has("payer") ? "" : kindOf(keywords);
    this.#basis.show(currencyYear !== undefined ? "year" : nominalInflation !== undefined ? "day" : "2023");
    this.#year.show(currencyYear ?? 2020);
    this.#inflation.show(nominalInflation ?? 0.025);
    this.#budget.show(budgetUsd ?? 1e9);
    this.#spend.show(spendUsd ?? 1e9);
    this.#from.show(String(spendFrom ?? "2027-01-01"));
    this.#growth.show(keywords.spendGrowth ?? 0.2);
    this.#ceiling.show(keywords.spendCeilingUsd);
    this.#scope.value = keywords.costScope ?? (this.says.has("costScope") ? "" : "final_run");
    this.#arrange();
  }

  override read(): Keywords {
    const scope = this.#scope.value as Keywords["costScope"] | "";
    const usual = scope === "final_run" && this.#asked.costScope === undefined && !this.says.has("costScope");
    const stays = this.#scope.hidden || usual || scope === "";
    return { ...this.#payer(), costScope: stays ? undefined : scope };
  }

  #payer(): Keywords {
    switch (this.#kind.value as Kind | "") {
      case "":
        return {};
      case "frontier":
        // Left out it is the default, or what a scenario says; so it stays until something else was chosen.
        return { payer: this.#saysNothing() && !this.says.has("payer") ? undefined : "frontier_spend" };
      case "unlimited":
        return { payer: "unlimited" };
      case "growing":
        return {
          spendUsd: this.#spend.need(),
          spendFrom: this.#from.need(),
          spendGrowth: this.#growth.need(),
          spendCeilingUsd: this.#ceiling.read(),
        };
      case "fixed":
        return { budgetUsd: this.#budget.need(), ...this.#whoseDollars() };
    }
  }

  #saysNothing(): boolean {
    const { payer, budgetUsd, spendUsd } = this.#asked;
    return payer === undefined && budgetUsd === undefined && spendUsd === undefined;
  }

  #whoseDollars(): Keywords {
    const basis = this.#basis.value as Basis;
    if (basis === "year") return { currencyYear: this.#year.need() };
    return basis === "day" ? { nominalInflation: this.#inflation.need() } : {};
  }

  #whose(): string {
    const basis = this.#basis.value as Basis;
    if (basis === "day") return "dollars of the day";
    return `${basis === "year" ? this.#year.control.value : "2023"} dollars`;
  }

  #preset(usd: number): HTMLElement {
    return button(money(usd), () => {
      this.#budget.show(usd);
      this.changed();
    });
  }

  #arrange(): void {
    const kind = this.#kind.value as Kind | "";
    const basis = this.#basis.value as Basis;
    this.#kind.hint(kind === "" ? BY_SCENARIO : "");
    this.#budget.hidden = this.#presets.hidden = this.#basis.hidden = kind !== "fixed";
    this.#year.hidden = kind !== "fixed" || basis !== "year";
    this.#inflation.hidden = kind !== "fixed" || basis !== "day";
    this.#spend.hidden = this.#from.hidden = this.#growth.hidden = this.#ceiling.hidden = kind !== "growing";
    // Only a budget pays for more than the run; where the question says otherwise, its field has to be there to say so.
    const said = this.#asked.costScope !== undefined && (kind === "" || kindOf(this.#asked) === kind);
    this.#scope.hidden = kind !== "fixed" && kind !== "growing" && !said;
    this.#scope.hint(COST_SCOPES[this.#scope.value] ?? BY_SCENARIO);
  }
}

function kindOf({ payer, budgetUsd, spendUsd }: Keywords): Kind {
  if (payer === "unlimited") return payer;
  if (budgetUsd !== undefined) return "fixed";
  return spendUsd === undefined ? "frontier" : "growing";
}
