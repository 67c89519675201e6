"""What an imported scale is checked for, and what becomes of points that no law was made for."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from forecast.engine.question import Question, Target
from forecast.engine.solver import Solver
from forecast.engine.study import Study
from forecast.errors import InputError
from tests.studies import imported, points
from tests.synthetic import synthetic_posterior

POSTERIOR = synthetic_posterior(300)


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"name": "My-Study"}, "scale_id", "'My-Study'; give 3 to 63 small letters"),
        ({"name": "ab"}, "scale_id", "a letter first"),
        ({"name": "../etc"}, "scale_id", "small letters"),
        ({"corpus": "  "}, "corpus", "give a text"),
        ({"eval_set": ""}, "eval_set", "give a text"),
        ({"source": "x" * 1001}, "source", "at most 1,000 characters"),
        ({"tokenizer": "a\x00b"}, "tokenizer", "can be printed"),
        ({"published_on": "soon"}, "published_on", "YYYY-MM-DD"),
        ({"published_on": date(1999, 1, 1)}, "published_on", "2010-01-01"),
        ({"relative_noise": math.nan}, "relative_noise", "from 0.0005 to 0.2"),
        ({"request_id": "mine"}, "request_id", "give a UUID"),
        ({"points": points()[:3]}, "points", "4 to 150"),
    ],
)
def test_a_scale_that_exists_was_checked(change: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        replace(imported(), **change)
    assert caught.value.field == field


def test_every_wrong_row_is_told_at_once() -> None:
    rows = list(points())
    rows[2], rows[5] = (math.nan, 2.0), (0.0, -1.0)
    with pytest.raises(InputError) as caught:
        imported(points=tuple(rows))
    told = [field for field, _ in caught.value.violations]  # type: ignore[attr-defined]
    assert told == ["points[2].training_flop", "points[5].training_flop", "points[5].loss_nats_per_token"]
    assert caught.value.field == told[0]
    assert "point 3: " in caught.value.message and "point 6: " in caught.value.message


def test_a_hundred_wrong_rows_are_not_a_hundred_lines() -> None:
    with pytest.raises(InputError, match="and 145 values more"):
        imported(points=((1e20, math.inf),) * 150)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([(1e20 * (1 + i * 1e-6), 3.0 - 0.1 * i) for i in range(8)], "1 different computes"),
        ([(10.0 ** (18 + i), 3.0 - 1e-9 * i) for i in range(5)], "by 0.1 % per decade or more"),
        ([(10.0 ** (18 + i), 3.0 + 0.1 * i) for i in range(5)], "points on which it falls"),
        ([(1e20, 3.0)] * 150, "1 different computes"),
    ],
)
def test_points_that_say_nothing_of_a_law_are_refused(rows: list[tuple[float, float]], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        imported(points=tuple(rows))
    assert caught.value.field == "points"


def test_points_far_from_every_law_are_refused_with_words() -> None:
    rng = np.random.default_rng(3)
    outcomes = set()
    for _ in range(25):
        flop, loss = 10 ** rng.uniform(9, 32, 8), np.exp(rng.uniform(math.log(1e-3), math.log(50), 8))
        rows = tuple(zip(flop.tolist(), loss.tolist(), strict=True))
        try:
            law = imported(points=rows, relative_noise=0.0005).law(POSTERIOR, 1)
        except InputError as error:
            outcomes.add(error.message.partition(":")[0].split(";")[0])
        else:
            assert np.isfinite([law.b, law.floor_nats, law.log_l0]).all()
            outcomes.add("answered")
    assert "answered" in outcomes and "scale my-study" in outcomes


def test_extreme_points_are_answered_or_refused_with_words() -> None:
    """The bounds of computes and losses themselves, 150 of them."""
    log10_flop, ln_loss = np.linspace(9, 32, 150), np.linspace(math.log(50), math.log(1e-3), 150)
    rows = tuple(zip((10**log10_flop).clip(1e9, 1e32).tolist(), np.exp(ln_loss).clip(1e-3, 50).tolist(), strict=True))
    answer = Solver(POSTERIOR, {"my-study": imported(points=rows)}).ask(Question(Target.loss(1e-4, "my-study")))
    assert 0 <= answer.p_never <= 1


def test_four_computes_one_percent_apart_are_enough() -> None:
    rows = [(1e20 * 1.01**i, 3.0 - 0.1 * i) for i in range(4)]
    assert len(Study.from_rows(rows).log10_flop) == 4
