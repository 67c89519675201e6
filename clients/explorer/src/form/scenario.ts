/** What is assumed of the world: a scenario by name, and the limits of one run as switches with their priors. */
import type { ScenarioJson } from "timelines-client/v1";

import { field, LIMITS, tipped, type Limit } from "../facts";
import { element, newId } from "./dom";
import { SelectField, type Option } from "./fields";
import type { Keywords } from "./keywords";
import { Part, type PartField } from "./part";

/** Scenarios of the server, with all that they assume. */
export type Scenarios = ReadonlyMap<string, ScenarioJson>;

const OWN = "(own)";
const BASELINE = "baseline";
/** What a scenario can say of the question itself. */
const PARTS = ["payer", "criterion", "law", "algorithms", "priceBasis", "costScope"] as const;

/** A switch of one limit. */
class SwitchField implements PartField {
  readonly element: HTMLElement;
  readonly control: HTMLInputElement;
  readonly paths: readonly string[];
  readonly limit: Limit;

  constructor(limit: Limit) {
    const id = newId("switch");
    this.limit = limit;
    this.paths = [`scenario.switches.${limit.name}`];
    this.control = element("input", { type: "checkbox", role: "switch", id });
    const label = element("label", { for: id }, limit.words.charAt(0).toUpperCase() + limit.words.slice(1));
    const row = element("div", { class: "switch" }, this.control, label);
    this.element = element("div", { class: "limit" }, row, priors(limit));
  }

  get hidden(): boolean {
    return this.element.hidden !== false;
  }

  fail(): void {
    // a switch cannot be wrong by itself; what the scenario does wrong stands at the scenario
  }
}

/** The scenario's part of the form. */
export class ScenarioPart extends Part {
  readonly #name = new SelectField({
    label: "Scenario",
    term: "set and prior",
    hint: "",
    paths: ["scenario", "overrides", "switches"],
    options: [{ value: BASELINE, words: BASELINE }],
  });
  readonly #assumed = element("p", { class: "hint assumed" });
  readonly #switches = LIMITS.map((limit) => new SwitchField(limit));
  #known: Scenarios = new Map();
  #said: Keywords["scenario"];

  constructor() {
    super("What limits a run");
    const [caps, others] = [true, false].map((physical) =>
      this.#switches.filter(({ limit }) => limit.physical === physical),
    );
    this.add(...(caps ?? []));
    this.element.append(element("p", { class: "kicker" }, "Off, unless switched on:"));
    this.add(...(others ?? []), this.#name);
    this.element.append(this.#assumed);
    this.#name.control.addEventListener("change", () => {
      const chosen = this.#name.value;
      if (chosen !== OWN) this.#show(chosen === BASELINE ? undefined : chosen);
    });
    for (const { control } of this.#switches)
      control.addEventListener("change", () => {
        this.#switched();
      });
  }

  /** The scenarios that the server has. */
  fill(known: Scenarios): void {
    this.#known = known;
    this.#show(this.#said);
  }

  /** What the chosen scenario says of the question itself, by its names. */
  said(): ReadonlySet<string> {
    const scenario = this.#assumes(this.#said);
    return new Set(PARTS.filter((part) => scenario[part] !== undefined));
  }

  override show(keywords: Keywords): void {
    this.#show(keywords.scenario);
  }

  override read(): Keywords {
    return { scenario: this.#said };
  }

  #show(said: Keywords["scenario"]): void {
    this.#said = said;
    const own = typeof said === "object";
    const names: Option[] = [...this.#known.keys()].map((name) => ({ value: name, words: name }));
    this.#name.fill([...(own ? [{ value: OWN, words: nameOf(said) }] : []), ...names]);
    this.#name.show(own ? OWN : plainName(said ?? BASELINE));
    const scenario = this.#assumes(said);
    for (const { limit, control } of this.#switches) control.checked = isOn(scenario, limit);
    this.#name.hint(scenario.about ?? (own ? "" : field("Question.scenario")));
    this.#assumed.textContent = overridesWords(scenario);
    this.#assumed.hidden = this.#assumed.textContent === "";
  }

  /** What is assumed; of a name that is not known yet, nothing. */
  #assumes(said: Keywords["scenario"]): ScenarioJson {
    if (typeof said === "object") return said;
    return this.#known.get(plainName(said ?? BASELINE)) ?? {};
  }

  /** A switch was turned: the scenario is one's own from now on, unless it is the baseline again. */
  #switched(): void {
    const scenario = this.#assumes(this.#said);
    const changed = this.#switches.filter(({ limit, control }) => control.checked !== isOn(scenario, limit));
    const turned = new Set(changed.map(({ limit }) => limit.name));
    const kept = (scenario.switches ?? []).filter(({ name = "" }) => !turned.has(name));
    const usual = changed.filter(
      ({ limit, control }) => control.checked !== limit.physical || this.#saysMore(scenario),
    );
    const switches = [...kept, ...usual.map(({ limit, control }) => ({ name: limit.name, on: control.checked }))];
    this.#show(this.#own(scenario, switches));
  }

  #own(scenario: ScenarioJson, switches: NonNullable<ScenarioJson["switches"]>): Keywords["scenario"] {
    if (!this.#saysMore(scenario)) return switches.length === 0 ? undefined : { name: "inline", switches };
    const base =
      scenario.name === undefined || scenario.name === "inline" ? scenario.about : `${scenario.name} with changes`;
    return { ...scenario, name: "inline", ...(base === undefined ? {} : { about: base }), switches };
  }

  /** Whether a scenario assumes anything but switches. */
  #saysMore(scenario: ScenarioJson): boolean {
    if (scenario.name === BASELINE) return false;
    return Object.keys(scenario).some((key) => key !== "name" && key !== "switches");
  }
}

function isOn({ switches = [] }: ScenarioJson, { name, physical }: Limit): boolean {
  return switches.find((one) => one.name === name)?.on ?? physical;
}

function plainName(name: string): string {
  return name.replace(/^scenarios\//, "");
}

function nameOf({ name = "" }: ScenarioJson): string {
  return name === "" || name === "inline" ? "your own" : `${name} (your own)`;
}

function overridesWords({ overrides = [] }: ScenarioJson): string {
  const said = overrides.map(({ input = "", set, prior }) => {
    if (set !== undefined) return `${input} is ${String(set)}`;
    return prior === undefined ? input : `${input} has another prior`;
  });
  return said.length === 0 ? "" : `It sets inputs: ${said.join("; ")}.`;
}

/** What a limit rests on: its inputs with their priors, folded. */
function priors({ words, means, inputs }: Limit): HTMLElement {
  const rows = inputs.map(({ about, prior, source, publishedOn }) => {
    const term = tipped(element("button", { type: "button", class: "term" }, about), [
      `${source}.`,
      `Public on ${publishedOn}.`,
    ]);
    return element("li", {}, term, `: ${prior}`);
  });
  const summary = element("summary", {}, element("span", { class: "hidden-visually" }, `${words}: `), "priors");
  return element(
    "details",
    { class: "priors" },
    summary,
    element("p", { class: "hint" }, means),
    element("ul", {}, ...rows),
  );
}
