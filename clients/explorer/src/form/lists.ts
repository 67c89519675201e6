/** What the server has to choose from: scales with their laws, scenarios, and days with a posterior. */
import {
  PosteriorService,
  ScaleService,
  ScenarioSchema,
  ScenarioService,
  type PublishedLawForm,
  type Scale,
} from "timelines-client/v1";
import type { Client } from "timelines-client/web";
import { toJson } from "@bufbuild/protobuf";

import { daysOf } from "../asof/posteriors";
import type { Option } from "./fields";
import { figure } from "./numbers";
import type { Form } from "./index";

const PAGE = 1000;
const NO_BREAK = "\u2011";

/** The lists of the form, asked for once the server answers. */
export class Lists {
  readonly #client: Client;
  readonly #form: Form;
  #laws: ReadonlyMap<string, readonly PublishedLawForm[]> = new Map();
  #asked = false;

  constructor(client: Client, form: Form) {
    this.#client = client;
    this.#form = form;
    form.onScale = (scale) => {
      form.law.fill(lawOptions(this.#laws.get(scale) ?? []), scale);
    };
  }

  /** Asks for them, unless they are there; what fails is asked for again after the next answer. */
  load(): void {
    if (this.#asked) return;
    this.#asked = true;
    Promise.all([this.#scales(), this.#scenarios(), this.#days()]).catch(() => {
      this.#asked = false;
    });
  }

  async #scales(): Promise<void> {
    const { scales } = await this.#client.call(ScaleService.method.listScales, { pageSize: PAGE });
    this.#laws = new Map(scales.map(({ name, laws }) => [bare(name), laws]));
    this.#form.target.fillScales(scales.map(scaleOption));
    this.#form.onScale(this.#form.target.scale);
  }

  async #scenarios(): Promise<void> {
    const { scenarios } = await this.#client.call(ScenarioService.method.listScenarios, { pageSize: PAGE });
    const known = scenarios.flatMap(({ name, scenario }) =>
      scenario === undefined ? [] : [[bare(name), toJson(ScenarioSchema, scenario)] as const],
    );
    this.#form.scenario.fill(new Map(known.sort(([a], [b]) => Number(b === "baseline") - Number(a === "baseline"))));
    this.#form.refresh();
  }

  async #days(): Promise<void> {
    const { posteriors } = await this.#client.call(PosteriorService.method.listPosteriors, { pageSize: PAGE });
    const days = daysOf(posteriors).reverse();
    const now = days.find(({ current }) => current);
    const earlier = days.filter(({ current }) => !current);
    this.#form.when.fill([
      { value: "", words: now === undefined ? "The current forecast" : `${now.asOf}, the current forecast` },
      ...earlier.map(({ asOf, flagged }) => ({ value: asOf, words: flagged ? `${asOf}, flagged` : asOf })),
    ]);
  }
}

function bare(name: string): string {
  return name.replace(/^[a-z]+\//, "");
}

function scaleOption({
  name,
  laws,
  flopLow,
  flopHigh,
  evalSet,
  publishedOn,
}: Scale): Option & { readonly about: string } {
  const about = `Runs of ${figure(flopLow)} to ${figure(flopHigh)} FLOP, measured on ${evalSet}; ${publishedOn.replaceAll("-", NO_BREAK)}.`;
  return {
    value: bare(name),
    words: bare(name),
    group: laws.length > 0 ? "Of a published law" : "Of training runs",
    about,
  };
}

function lawOptions(laws: readonly PublishedLawForm[]): Option[] {
  return laws.map(({ name, publishedOn }) => ({
    value: name,
    words: `${name}, taken at its word`,
    group: `Published ${publishedOn}`,
  }));
}
