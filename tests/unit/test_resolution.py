"""A resolution text says what counts, by which source, on which date, and what if in doubt, for every question."""

from __future__ import annotations

import re
from datetime import date

import pytest

from forecast.engine.condition import Condition
from forecast.engine.payers import Payer
from forecast.engine.question import Algorithms, Question
from forecast.engine.resolution import resolution_text
from forecast.engine.targets import Target
from forecast.families import Normal, Point

SCALE = "kaplan-webtext2"
TARGETS = {
    "loss": Target.loss(1.24, SCALE),
    "reducible_loss": Target.reducible_loss(0.1, SCALE),
    "bits_per_character": Target.bits_per_character(0.7, SCALE),
    "indistinguishable_tokens": Target.indistinguishable_tokens(1e4, SCALE, 0.9, Point(53.0)),
    "training_flop": Target.training_flop(1e29),
    "gpt3_multiple": Target.gpt3_multiple(1e4),
    "brain_anchor": Target.brain_anchor(1e9, Point(1e15)),
}
PAYERS = {
    "frontier": Payer(),
    "fixed": Payer.fixed(1e9),
    "path": Payer.spend_path(1e9, date(2026, 1, 1), Normal(0.2, 0.1), 1e11),
    "unlimited": Payer.unlimited(),
}
PARTS = ["Question", "Resolves to", "Source of truth", "Date", "Ties", "Revisions", "In doubt"]
PARTS += ["If it does not happen", "Not meant"]


def settled(target: Target, algorithms: Algorithms | None = None, **options: object) -> Question:
    off = Algorithms("off") if algorithms is None else algorithms
    return Question(target, as_of=date(2026, 11, 20), posterior="now", algorithms=off, **options)  # type: ignore[arg-type]


def parts(text: str) -> dict[str, str]:
    return dict(paragraph.split(": ", 1) for paragraph in text.strip().split("\n\n"))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("payer", PAYERS)
@pytest.mark.parametrize("basis", ["realised", "list_rental", "amortized_purchase"])
def test_every_target_and_payer_has_a_whole_text(target: str, payer: str, basis: str) -> None:
    text = resolution_text(settled(TARGETS[target], payer=PAYERS[payer], price_basis=basis))
    found = parts(text)
    assert list(found) == PARTS
    assert all(re.search(r"[.?]$", told) for told in found.values())
    assert "None" not in text and "  " not in text and "nan" not in text.split()
    assert "Nothing is said of what such a model can do" in found["Not meant"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("more", [{"criterion": "on_trend"}, {"inference_usd_per_100_pages": 2.0}])
def test_every_criterion_has_a_whole_text(target: str, more: dict[str, object]) -> None:
    criterion = more.get("criterion", "inference_affordable")
    found = parts(resolution_text(settled(TARGETS[target], **{**more, "criterion": criterion})))
    assert list(found) == PARTS
    if criterion == "inference_affordable":
        assert "writes 100 pages for at most $2" in found["Resolves to"]
        assert "price list" in found["Source of truth"]


def test_a_run_resolves_by_the_table_of_notable_models() -> None:
    found = parts(resolution_text(settled(TARGETS["gpt3_multiple"], criterion="on_trend")))
    assert found["Question"].startswith("When will a training run of 10,000 times GPT-3's compute be reached")
    assert "at least 3.14e27 FLOP" in found["Resolves to"]
    assert found["Source of truth"].startswith("Epoch AI's table of notable AI models, columns training compute and")
    assert "not that of the run" in found["Date"]
    assert found["If it does not happen"].startswith("After 2060-12-31")
    assert "at least 1e24 FLOP" in resolution_text(settled(TARGETS["brain_anchor"]))


def test_a_budget_resolves_by_the_price_of_compute() -> None:
    found = parts(resolution_text(settled(TARGETS["training_flop"], payer=PAYERS["path"])))
    assert (
        "1e29 FLOP of training cost at most $1bn in 2023 US dollars on 2026-01-01, times 1.58 a year"
        in (found["Resolves to"])
    )
    assert "training compute cost (2023 USD)" in found["Source of truth"]
    assert "Here only money is asked" in found["Not meant"]
    rental = parts(resolution_text(settled(TARGETS["training_flop"], payer=PAYERS["fixed"], price_basis="list_rental")))
    assert rental["Source of truth"].startswith("the public price lists")
    scoped = resolution_text(settled(TARGETS["training_flop"], payer=PAYERS["fixed"], cost_scope="with_staff"))
    assert "the cost of the run is taken 1.66 times, for staff" in scoped


def test_effective_compute_says_how_it_is_counted() -> None:
    text = resolution_text(settled(TARGETS["training_flop"], Algorithms("8mo", None, 3.0), criterion="on_trend"))
    assert "halves once in every 8 months from 2026-11-20 on, at most by 1,000 times in all" in text
    assert "halves" not in resolution_text(settled(TARGETS["loss"], Algorithms("8mo")))


def test_a_target_above_the_floor_is_a_number_once_the_floor_is() -> None:
    # 53 times ln(.9 / .1), over 10,000 tokens.
    question = settled(TARGETS["indistinguishable_tokens"])
    assert "0.01165 nats per token above the floor" in resolution_text(question)
    assert "in the posterior now: a number" in resolution_text(question)
    fixed = resolution_text(question, floor_nats=1.1)
    assert "a loss of at most 1.112 nats per token" in fixed and "posterior" not in fixed


def test_a_condition_annuls() -> None:
    condition = Condition("frontier_compute", "at_least", 1e28, date(2028, 12, 31))
    found = parts(resolution_text(settled(TARGETS["training_flop"], condition=condition)))
    assert found["Only if"] == (
        "the largest run so far is at least 1e28 FLOP in December 2028, by the same source; otherwise the question is "
        "annulled."
    )
