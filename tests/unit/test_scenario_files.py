"""Scenarios in files: the forms that people write, and errors that name file, line and field."""

from __future__ import annotations

from typing import Any

import pytest

from forecast.catalogue.named.scenario_files import FileError, dump, load
from forecast.engine.payers import Payer
from forecast.engine.question import Algorithms, Law, Target
from forecast.engine.scenario import Override, Scenario
from forecast.errors import InputError
from forecast.families import Beta, Distribution, LogNormal, LogUniform, Normal, Point, Tabulated, Uniform, interval
from tests.house import run_python


def read(text: str) -> Scenario:
    return load(f"name: mine\n{text}".encode(), "mine.yaml")


def refused(text: str) -> FileError:
    with pytest.raises(FileError) as caught:
        read(text)
    assert "\n" not in caught.value.message
    return caught.value


WHOLE = """\
about: >-
  What it assumes,
  in words.
source: us
published_on: 2024-02-29
target: {loss: {nats_per_token: 0.86, scale: kaplan-webtext2}}
payer: {fixed_usd_2023: 1e9}
criterion: affordable
law: {published: kaplan}
algorithms: 16mo
price_basis: list_rental
cost_scope: with_staff
set:
  compute.r_realised: .08
prior:
  run.months: {low: 2, high: 9, source: Epoch}
switches:
  chips: off
  scaling_break: on
"""


def test_a_whole_file() -> None:
    assert read(WHOLE) == Scenario(
        name="mine",
        overrides=(
            Override("compute.r_realised", 0.08),
            Override("run.months", prior=interval(2, 9, source="Epoch")),
        ),
        switches=(("chips", False), ("scaling_break", True)),
        target=Target.loss(0.86, "kaplan-webtext2"),
        payer=Payer.fixed(1e9),
        criterion="affordable",
        law=Law.published("kaplan"),
        algorithms=Algorithms("16mo"),
        price_basis="list_rental",
        cost_scope="with_staff",
        about="What it assumes, in words.",
        source="us",
        published_on="2024-02-29",
    )


DISTRIBUTIONS: dict[str, Distribution] = {
    "{mean: 1, sd: .5}": Normal(1, 0.5),
    "{median: 8, sd_ln: .7, source: a paper}": LogNormal(8, 0.7, "a paper"),
    "{low: 1, high: 3, log: false}": interval(1, 3, log=False),
    "{a: 4, b: 2}": Beta(4, 2),
    "{uniform: [1, 2]}": Uniform(1, 2),
    "{log_uniform: [1, 2]}": LogUniform(1, 2),
    "{point: 3}": Point(3),
    "3": Point(3),
    "{values: [1, 2], probabilities: [0, 1]}": Tabulated((1, 2), (0, 1)),
    "{normal: {mean: 1, sd: .5}}": Normal(1, 0.5),
    "{uniform: {low: 1, high: 2}, source: us}": Uniform(1, 2, "us"),
    "{percentiles: {10: 1, 90: 3}, low: 0, high: 5}": Tabulated((0, 1, 3, 5), (0, 0.1, 0.9, 1)),
}


@pytest.mark.parametrize("text", DISTRIBUTIONS)
def test_a_distribution_in_each_form(text: str) -> None:
    (override,) = read(f"prior: {{run.months: {text}}}").overrides
    assert override.prior == DISTRIBUTIONS[text]


def test_an_interval_in_words() -> None:
    (override,) = read("prior: {judge.slowdown: 9.84 to 290}").overrides
    assert isinstance(override.prior, LogNormal) and override.prior.median == pytest.approx((9.84 * 290) ** 0.5)


PARTS: dict[str, Any] = {
    "payer: frontier_spend": Payer(),
    "payer: unlimited": Payer.unlimited(),
    "payer: {stated: {usd: 5e6, currency_year: 2020}}": Payer.of_year(5e6, 2020),
    "payer: {stated: {usd: 5e6, nominal_inflation: .02}}": Payer.nominal(5e6, 0.02),
    "law: pooled": Law("pooled"),
    "law: mixture": Law("mixture"),
    "law: {mixture: {power_law_weight: .5}}": Law("mixture", power_law_weight=0.5),
    "law: {power_law: {relative_noise: .02}}": Law("power_law", relative_noise=0.02),
    "algorithms: off": Algorithms("off"),
    "algorithms: {preset: 8mo, ceiling_oom: 3}": Algorithms("8mo", None, 3.0),
    "algorithms: {halving_months: {median: 8, sd_ln: 1}}": Algorithms("prior", LogNormal(8, 1)),
    "target: {brain_anchor: {}}": Target.brain_anchor(),
    "target: {bits_per_character: {value: .7, scale: x}}": Target.bits_per_character(0.7, "x"),
    "target: {gpt3_multiple: 100}": Target.gpt3_multiple(100),
}


@pytest.mark.parametrize("text", PARTS)
def test_a_part_in_each_form(text: str) -> None:
    assert getattr(read(text), text.partition(":")[0]) == PARTS[text]


# What the file says, the line, the field, and words of the message.
WRONG: dict[str, tuple[str, int | None, str, str]] = {
    "unknown field": ("about: x\nfoo: 1", 3, "foo", "unknown field 'foo'; known: about, algorithms"),
    "unknown input": ("set:\n  run.month: 3", 3, "set.run.month", "most like it: run.months"),
    "input of no group": ("set:\n  wat: 3", 3, "set.wat", "known: algorithmic_jump.decimal_year"),
    "input of another group": ("set: {compute.mu_b: 3}", 2, "set.compute.mu_b", "most like it: loss.mu_b"),
    "set and prior": ("set: {run.months: 3}\nprior:\n  run.months: 4", 4, "prior.run.months", "is set, and is given"),
    "a value out of bounds": ("set:\n\n  run.months: -3", 4, "set.run.months", "from 0.1 to 60"),
    "NaN": ("set: {run.months: .nan}", 2, "set.run.months", "is nan"),
    "infinity": ("set: {compute.g_spend: .inf}", 2, "set.compute.g_spend", "is inf"),
    "a text as a number": ("set: {run.months: three}", 2, "set.run.months", "is 'three'; give a number"),
    "nothing as a number": ("set:\n  run.months:", 3, "set.run.months", "is None; give a number"),
    "set as a number": ("set: 3", 2, "set", "write `name: value` lines"),
    "an interval upside down": ("prior:\n  run.months: {low: 9, high: 2}", 3, "prior.run.months.high", "above 9"),
    "a spread below zero": ("prior:\n  run.months:\n    mean: 9\n    sd: -2", 5, "prior.run.months.sd", "above 0"),
    "no distribution": ("prior: {run.months: {lo: 9}}", 2, "prior.run.months", "which is no belief"),
    "half a distribution": ("prior: {run.months: {low: 9}}", 2, "prior.run.months", "give one of: low, high; mean"),
    "a third end": ("prior: {run.months: {low: 1, high: 2, top: 3}}", 2, "prior.run.months.top", "unknown field"),
    "one end": ("prior: {run.months: {uniform: [1]}}", 2, "prior.run.months.uniform", "has 1 numbers; give two"),
    "unknown switch": ("switches:\n  chip: on", 3, "switches.chip", "most like it: chips"),
    "money as a switch": ("switches: {money: off}", 2, "switches.money", "known: algorithmic_jump, chips"),
    "a switch half on": ("switches: {chips: maybe}", 2, "switches.chips", "give on or off"),
    "a loss below zero": (
        "target:\n  loss:\n    scale: x\n    nats_per_token: -1",
        5,
        "target.loss.nats_per_token",
        "is -1.0",
    ),
    "a loss without scale": ("target: {loss: {nats_per_token: 1}}", 2, "target.loss.scale", "is missing"),
    "two targets": ("target: {training_flop: 1e25, gpt3_multiple: 3}", 2, "target", "holds 2 of"),
    "a payer by no name": ("payer: somebody", 2, "payer", "is 'somebody'"),
    "dollars of no year": ("payer: {stated: {usd: 1e9}}", 2, "payer.stated", "needs the year"),
    "an unknown criterion": ("criterion: cheap", 2, "criterion", "known: affordable, inference_affordable, on_trend"),
    "a halving that is normal": (
        "algorithms: {halving_months: {mean: 3, sd: 1}}",
        2,
        "algorithms.halving_months",
        "not log-normal",
    ),
    "no algorithms": ("algorithms: {ceiling_oom: 3}", 2, "algorithms", "one of preset and halving_months"),
    "a day that is none": ("published_on: 2024-02-30", 2, "published_on", "give a date"),
    "a long text": (f"about: {'x' * 3000}", 2, "about", "at most 2,000 characters"),
    "too many overrides": (
        "prior:\n" + "\n".join(f"  run.months{i}: 1" for i in range(200)),
        3,
        "prior.run.months0",
        "unknown",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_an_error_names_file_line_and_field(kind: str) -> None:
    text, line, field, words = WRONG[kind]
    error = refused(text)
    assert (error.line, error.field) == (line, field)
    assert error.message.startswith(f"mine.yaml, line {line}: ") and words in error.message
    assert field in error.message


def test_a_file_without_its_name() -> None:
    with pytest.raises(FileError, match=r"^mine\.yaml: name is missing; give it$"):
        load(b"about: x", "mine.yaml")
    with pytest.raises(FileError, match=r"line 2: name is 'A b'; give 3 to 63 small letters"):
        load(b"# mine\nname: A b", "mine.yaml")


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (Scenario("x"), "3 to 63 small letters"),
        (Scenario("abc", (Override("run.month", 3),)), "unknown input"),
        (Scenario("abc", (Override("run.months", prior=Normal(0, -1)),)), "prior.run.months.*sd"),
        (Scenario("abc", target=Target.loss(1, "a\x07")), "target.loss.scale is"),
        (Scenario("abc", source="x" * 3000), "at most 2,000"),
        (Scenario("abc", published_on="soon"), "give a date"),
    ],
)
def test_what_cannot_stand_in_a_file_is_not_written(scenario: Scenario, words: str) -> None:
    with pytest.raises(InputError, match=words):
        dump(scenario)


def test_tables_that_are_too_long_for_a_file_are_not_written() -> None:
    table = Tabulated([i / 3 for i in range(2000)], [i / 1999 for i in range(2000)])  # type: ignore[arg-type]
    priors = ("run.months", "run.utilization", "data.tokens_2030", "power.watts_2030")
    with pytest.raises(InputError, match="more than 262,144 bytes; give shorter tables"):
        dump(Scenario("abc", tuple(Override(name, prior=table) for name in priors)))


def test_a_file_reads_well() -> None:
    text = dump(read(WHOLE))
    assert "payer: {fixed_usd_2023: 1.0e+9}\n" in text
    assert "algorithms: 16mo\n" in text and "published_on: 2024-02-29" in text.replace("'", "")
    assert text.endswith("switches:\n  chips: off\n  scaling_break: on\n")


def test_texts_are_one_line_each() -> None:
    assert read("about: |\n  two\n\n  lines ").about == "two lines"


def test_yaml_is_not_loaded_before_a_scenario_is_named() -> None:
    code = """
import sys
from forecast.cli.main import main
sys.argv = ["timelines", "when", "--flop", "1e29", "--json"]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
assert "yaml" not in sys.modules
"""
    done = run_python(code)
    assert done.returncode == 0, done.stderr
