/** What is to become affordable: one of seven kinds of target, with presets from the published claims. */
import type { Belief } from "timelines-client/web";

import { CLAIMS, field, type Claim } from "../facts";
import { read, written, type Value } from "../state/notation";
import { BELIEF_HINT, beliefOf, beliefText } from "./beliefs";
import { button } from "./dom";
import { numberField, SelectField, TextField, type Option } from "./fields";
import { given, isLoss, targetOf, type Keywords, type TargetKind } from "./keywords";
import { flopWords, inWords, natsWords, secondsWords } from "./numbers";
import { Part } from "./part";

const BY_SCENARIO = "scenario";
const KINDS: readonly (readonly [TargetKind, string, string])[] = [
  ["loss", "A loss", "Loss"],
  ["flop", "An amount of training compute", "Compute of the run, FLOP"],
  ["gpt3", "A multiple of GPT-3’s compute", "Times GPT-3’s compute"],
  ["reducibleLoss", "A loss above the floor", "Loss above the floor"],
  ["bitsPerCharacter", "A loss in bits per character", "Loss in bits per character"],
  ["indistinguishableTokens", "Text that a judge cannot tell from the real", "Tokens that the judge reads"],
  ["brainSeconds", "The compute of a brain", "Seconds of its training"],
];
const TERMS: Readonly<Record<TargetKind, string>> = {
  loss: "loss",
  flop: "FLOP",
  gpt3: "GPT-3 multiple",
  reducibleLoss: "reducible loss",
  bitsPerCharacter: "bits per character",
  indistinguishableTokens: "indistinguishable tokens",
  brainSeconds: "brain anchor",
};
const ABOUT: Readonly<Record<TargetKind, string>> = {
  loss: `${field("Loss.nats_per_token").split(";", 1).join("")}.`,
  flop: field("Target.training_flop"),
  gpt3: field("Target.gpt3_multiple"),
  reducibleLoss: `${field("Loss.nats_per_token").split(";", 1).join("")}.`,
  bitsPerCharacter: field("BitsPerCharacter.value"),
  indistinguishableTokens: field("IndistinguishableTokens.tokens"),
  brainSeconds: field("BrainAnchor.training_seconds"),
};
const WORDS: Readonly<Record<TargetKind, (value: number) => string>> = {
  loss: natsWords,
  flop: flopWords,
  gpt3: (value) => `${inWords(value)} times GPT-3’s training compute`,
  reducibleLoss: natsWords,
  bitsPerCharacter: (value) => `${inWords(value)} bits per character`,
  indistinguishableTokens: (value) => `${inWords(value)} tokens`,
  brainSeconds: secondsWords,
};
/** Where a target begins when its kind is chosen, so that the question can be asked at once. */
const BEGINS: Readonly<Record<TargetKind, number>> = {
  loss: 0.86,
  flop: 1e29,
  gpt3: 1000,
  reducibleLoss: 0.1,
  bitsPerCharacter: 0.7,
  indistinguishableTokens: 1e4,
  brainSeconds: 1e9,
};

/** The target's part of the form. */
export class TargetPart extends Part {
  readonly #claim = new SelectField({ label: "Start from a published claim", paths: [] });
  readonly #kind = new SelectField({ label: "What is to become affordable", paths: ["target"] });
  readonly #value = numberField({ label: "Loss", paths: [], words: (value) => this.#words(value) });
  readonly #scale = new SelectField({
    label: "On the scale",
    term: "scale",
    paths: ["target.loss.scale", "target.reducible_loss.scale", "target.bits_per_character.scale"],
  });
  readonly #characters = numberField({
    label: "Characters per token",
    about: field("BitsPerCharacter.characters_per_token"),
    paths: ["target.bits_per_character.characters_per_token"],
  });
  readonly #confidence = numberField({
    label: "How sure the judge has to be",
    about: field("IndistinguishableTokens.judge_confidence"),
    paths: ["target.indistinguishable_tokens.judge_confidence"],
  });
  readonly #slowdown = belief("How much slower a person is", "IndistinguishableTokens.slowdown", [
    "target.indistinguishable_tokens.slowdown",
  ]);
  readonly #speed = belief("A brain’s compute, FLOP/s", "BrainAnchor.flop_per_s", ["target.brain_anchor.flop_per_s"]);
  readonly #whole = button("Ask the whole claim, as of its day", () => {
    this.#askWhole();
  });
  #shown: TargetKind | undefined = "loss";
  #scales: ReadonlyMap<string, string> = new Map();

  constructor() {
    super("Target");
    this.#claim.fill([{ value: "", words: "Choose one …" }, ...presets()]);
    this.#scale.show("kaplan-webtext2");
    this.add(this.#kind, this.#value, this.#scale, this.#characters, this.#confidence, this.#slowdown, this.#speed);
    this.add(this.#claim);
    this.element.append(this.#whole);
    this.#whole.hidden = true;
    this.#claim.control.addEventListener("change", (event) => {
      event.stopPropagation();
      this.#take();
    });
    this.#kind.control.addEventListener("change", () => {
      this.#chosen();
    });
    this.#scale.control.addEventListener("change", () => {
      this.#arrange();
    });
  }

  /** The scale of a loss, as it stands. */
  get scale(): string {
    return this.#scale.value;
  }

  get kind(): TargetKind | undefined {
    return KINDS.find(([kind]) => kind === this.#kind.value)?.[0];
  }

  /** The scales that the server has, and what each of them is. */
  fillScales(scales: readonly (Option & { readonly about: string })[]): void {
    this.#scales = new Map(scales.map(({ value, about }) => [value, about]));
    this.#scale.fill(scales);
    this.#arrange();
  }

  override show(keywords: Keywords): void {
    const kind = targetOf(keywords);
    this.#fillKinds(keywords.scenario !== undefined);
    this.#kind.show(kind ?? BY_SCENARIO);
    this.#shown = kind;
    if (keywords.scale !== undefined) this.#scale.show(keywords.scale);
    this.#arrange();
    this.#value.show(kind === undefined ? undefined : keywords[kind]);
    this.#characters.show(keywords.charactersPerToken);
    this.#confidence.show(keywords.judgeConfidence);
    this.#slowdown.show(keywords.slowdown);
    this.#speed.show(keywords.brainFlopPerS);
    this.#claim.control.value = "";
    this.#whole.hidden = true;
  }

  override read(): Keywords {
    const kind = this.kind;
    if (kind === undefined) return {};
    const target: Keywords = { [kind]: this.#value.need() };
    const scaled = isLoss(kind) ? { ...target, scale: this.#scale.value } : target;
    if (kind === "bitsPerCharacter") return { ...scaled, charactersPerToken: this.#characters.read() };
    if (kind === "brainSeconds") return { ...scaled, brainFlopPerS: this.#speed.read() };
    if (kind !== "indistinguishableTokens") return scaled;
    return { ...scaled, judgeConfidence: this.#confidence.read(), slowdown: this.#slowdown.read() };
  }

  /** A preset was chosen: its target alone, whoever pays. */
  #take(): void {
    const claim = CLAIMS.find(({ id }) => id === this.#claim.value);
    if (claim === undefined) return;
    this.show({ ...claim.target });
    this.#claim.control.value = claim.id;
    this.#claim.hint(`${capital(claim.about)}. ${claim.source}, ${claim.publishedOn}.`);
    this.#whole.hidden = false;
    this.changed();
  }

  /** The claim with its payer and its own inputs, by the posterior of its day. */
  #askWhole(): void {
    const claim = CLAIMS.find(({ id }) => id === this.#claim.value);
    if (claim !== undefined) this.ask({ scenario: claim.scenario, asOf: claim.publishedOn });
  }

  /** Another kind was chosen: it begins with a value of its own. */
  #chosen(): void {
    const { kind } = this;
    if (kind !== undefined && kind !== this.#shown) this.#value.show(BEGINS[kind]);
    this.#shown = kind;
    this.#arrange();
  }

  #fillKinds(scenario: boolean): void {
    const kinds = KINDS.map(([value, words]) => ({ value, words }));
    this.#kind.fill(scenario ? [...kinds, { value: BY_SCENARIO, words: "As the scenario says" }] : kinds);
  }

  #arrange(): void {
    const { kind } = this;
    this.#value.hidden = kind === undefined;
    this.#scale.hidden = !isLoss(kind);
    this.#characters.hidden = kind !== "bitsPerCharacter";
    this.#confidence.hidden = this.#slowdown.hidden = kind !== "indistinguishableTokens";
    this.#speed.hidden = kind !== "brainSeconds";
    this.#scale.hint(this.#scales.get(this.#scale.value) ?? "");
    if (kind === undefined) return;
    this.#value.rename(KINDS.find(([one]) => one === kind)?.[2] ?? "", TERMS[kind], ABOUT[kind]);
    this.#value.paths = pathsOf(kind);
  }

  #words(value: number): string {
    return this.kind === undefined ? "" : WORDS[this.kind](value);
  }
}

function belief(label: string, named: string, paths: readonly string[]): TextField<Belief> {
  const said = { about: field(named), hint: BELIEF_HINT, placeholder: "9.84 to 290" };
  return new TextField({ label, paths, read: beliefOf, write: beliefText, ...said });
}

function pathsOf(kind: TargetKind): readonly string[] {
  const named: Readonly<Record<TargetKind, string>> = {
    loss: "loss",
    flop: "training_flop",
    gpt3: "gpt3_multiple",
    reducibleLoss: "reducible_loss",
    bitsPerCharacter: "bits_per_character",
    indistinguishableTokens: "indistinguishable_tokens",
    brainSeconds: "brain_anchor",
  };
  return [`target.${named[kind]}`];
}

/** One of each target that was claimed, by whoever claimed it first. */
function presets(): Option[] {
  const first = CLAIMS.filter(({ target }, i) => CLAIMS.findIndex((one) => key(one) === text(target)) === i);
  return first.map(({ id, words, about, source }) => ({
    value: id,
    words: `${words}: ${about.length > 60 ? `${about.slice(0, 57)}…` : about} (${id})`,
    group: source.split(", ")[0] ?? "",
  }));
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function key({ target }: Claim): string {
  return text(target);
}

function text(target: unknown): string {
  return written(read(written(given(target as Keywords) as Value)));
}
