"""The arithmetic of the claims, beside the same sums done here by hand, and the rule of the stated digits."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from forecast.evaluation.claims import arithmetic
from forecast.evaluation.claims.claim import Arithmetic, Figure
from forecast.evaluation.claims.record import Record, doubling_months
from forecast.evaluation.claims.trend import influence, slope
from forecast.evaluation.replay import Replayed, replay

PF_DAY = 8.64e19
K = (2.57 / 0.86) ** (1 / 0.048)  # petaflop/s-days of 0.86
V100, RTX = 10_000 / (0.030 * 365), 1_000 / (0.125 * 365)
MT_NLG = 280 * 8 * 126e12 * 60.1 * 271e9 / (2048 * 1920)
CHARACTERS = 96e9 / 22.9e9

BY_HAND: dict[tuple[str, str], float] = {
    ("G1", "loss of GPT-3"): 2.57 * 3640**-0.048,
    ("G2", "loss"): 2.57 * 3.64e6**-0.048,
    ("G3", "multiple of GPT-3's 3640 petaflop/s-days"): K / 3640,
    ("G3", "multiple of 3.14e23 FLOP"): K * PF_DAY / 3.14e23,
    ("G3", "compute"): K * PF_DAY,
    ("G4", "doublings"): math.log2(K / 3640),
    ("G4", "doublings, rounded up"): 22,
    ("G4", "years"): 22 * 3.4 / 12,
    ("G5", "after 16 months"): 2.5e6,
    ("G5", "in mid-2021"): 5e6 / 2 ** ((2021.5 - (2020 + 148 / 365.25)) * 12 / 16),
    ("G6", "cost in 2020"): 5e6 * K / 3640,
    ("G6", "halvings to $1bn"): 14,
    ("G6", "years"): 14 * 16 / 12,
    ("G7", "10 x GPT-3, 1.75e12 parameters"): 5e7,
    ("G7", "30 x GPT-3, 5.25e12 parameters"): 1.5e8,
    ("G8", "random byte, log2 256"): 8,
    ("G8", "human, 0.7 bits per character"): 0.7 * math.log(2) * CHARACTERS,
    ("G8", "GPT-3's 1.73 nats per token"): 2.57 * 3640**-0.048 / math.log(2) / CHARACTERS,
    ("G10", "1e4 petaflop/s-days"): 1e4 / 3640,
    ("G10", "upper end of the prior"): 25.94,
    ("J1", "compute"): 3640 * 1374,
    ("J2", "price"): V100,
    ("J3", "price"): RTX,
    ("J4", "price at which $1bn buys 1000 x"): 1e9 / 3.64e6,
    ("J4", "1000 x GPT-3"): 3.64,
    ("J4", "100 x GPT-3 at J2's price"): 364_000 * V100,
    ("J5", "that compute"): 8.64e23,
    ("J5", "loss there"): 2.57 * 1e4**-0.048,
    ("J6", "context of 100,000 tokens"): (1 + 1e5 / 147_456) / (1 + 2048 / 147_456),
    ("J7", "tokens for 1000 x GPT-3"): 3e11 * math.sqrt(1000),
    ("J8", "500,000 V100 over 500"): 1000,
    ("J9", "GPU-years in GPT-3, from $5M at $10k"): 500,
    ("J9", "GPU-years in GPT-3, from FLOP"): 3640 / (0.030 * 365),
    ("J11", "a page of a 1000 x model"): 2,
    ("M1", "by the log"): MT_NLG / PF_DAY,
    ("M1", "the log's FLOP rounded to three digits, as published"): 1.17e24 / PF_DAY,
    ("M1", "over GPT-3's 3640 petaflop/s-days"): MT_NLG / PF_DAY / 3640,
    ("M2", "tenfold every 4 years"): 0.25,
    ("M2", "tenfold every 16 years"): 1 / 16,
    ("M4", "tokens by 8 N"): MT_NLG / (8 * 530e9),
    ("M5", "FLOP/s of 1000 x GPT-3 in 1e9 s"): 3.14e17,
    ("M5", "a brain's compute over GPT-3's, middle of the prior"): 1e24 / 3.14e23,
    ("S2", "compute that halves GPT-3's loss"): 2 ** (1 / 0.048),
}

STATED = {
    "G1": ["1.734"],
    "G2": ["1.2445"],
    "G3": ["2.207e6", "2.210e6", "0.86"],
    "G4": ["21.07", "22", "6.23", "6.3", "2027"],
    "G6": ["1.1e13", "1e13", "14", "18.7", "2038"],
    "J1": ["5.00e6", "1.5e7"],
    "J2": ["913", "1000"],
    "J3": ["21.9", "25"],
    "J9": ["500"],
    "J11": ["2", "500"],
    "M1": ["13531", "13542", "3.72"],
    "M2": ["0.25", "0.06", "0.10"],
}


@pytest.fixture(scope="module")
def replayed() -> dict[str, Replayed]:
    return {one.id: one for one in replay()}


@pytest.mark.parametrize(("claim", "name"), BY_HAND, ids=lambda part: part[:40])
def test_the_engine_gives_what_the_sum_by_hand_gives(claim: str, name: str, replayed: dict[str, Replayed]) -> None:
    found = [figure.value for figure in replayed[claim].arithmetic.figures if figure.name == name]
    assert found and found[0] == pytest.approx(BY_HAND[claim, name], rel=1e-5)


@pytest.mark.parametrize("claim", STATED)
def test_every_stated_figure_comes_out(claim: str, replayed: dict[str, Replayed]) -> None:
    figures = [figure for figure in replayed[claim].arithmetic.figures if figure.stated]
    assert [figure.stated for figure in figures] == STATED[claim]
    assert all(figure.agrees for figure in figures) and replayed[claim].agrees is True


def test_figures_of_one_claim_have_names_of_their_own(replayed: dict[str, Replayed]) -> None:
    for one in replayed.values():
        for names in (
            [figure.name for figure in one.arithmetic.figures],
            [number.name for number in one.as_of_answer.numbers],
            [number.name for number in one.since.numbers],
        ):
            assert len(set(names)) == len(names), one.id


@pytest.mark.parametrize(
    ("stated", "value", "agrees"),
    [
        ("1.734", 1.7338, True),
        ("1.734", 1.7334, False),
        ("2.207e6", 2_206_925, True),
        ("2.207e6", 2_206_400, False),
        ("13531", 13530.6, True),
        ("13542", 13530.6, False),
        ("22", 22, True),
        ("1e7..1e8", 1e8, True),
        ("1e7..1e8", 1.5e8, False),
    ],
)
def test_a_figure_agrees_when_it_rounds_to_what_was_stated(stated: str, value: float, agrees: bool) -> None:
    assert Figure("x", value, "1", stated).agrees is agrees


def test_a_figure_published_as_about_agrees_within_a_fifth() -> None:
    assert Figure("x", 81, "1", "100", about=True).agrees is True
    assert Figure("x", 79, "1", "100", about=True).agrees is False
    assert Figure("x", 79, "1").agrees is None


def test_arithmetic_agrees_only_as_a_whole() -> None:
    good, bad, none = (Figure("x", 1, "1", stated) for stated in ("1", "2", ""))
    assert Arithmetic("", (good, none)).agrees is True
    assert Arithmetic("", (good, bad)).agrees is False
    assert Arithmetic("", (none,)).agrees is None


def test_compute_and_loss_are_inverse() -> None:
    for loss in (0.86, 1.24, 1.73, 3.0):
        assert arithmetic.loss_at(arithmetic.pf_days_for(loss)) == pytest.approx(loss, rel=1e-9)


def test_a_point_on_the_line_moves_nothing_and_one_above_is_seen() -> None:
    years = np.arange(10.0)
    line = influence(years, 0.5 * years, 9)
    assert line.slope == pytest.approx(0.5) and line.slope_without == pytest.approx(0.5)
    assert line.above == pytest.approx(0, abs=1e-9)
    assert influence(years, 0.0 * years, 9).cook == 0, "no point moves a line that all of them lie on"
    raised = 0.5 * years + np.where(years == 9, 1.0, 0.0) + 0.01 * (-1) ** years
    point = influence(years, raised, 9)
    assert point.above == pytest.approx(1, abs=0.05)
    assert point.slope > slope(years[:9], raised[:9]) == pytest.approx(point.slope_without)
    assert point.cook > 4 / 10


def test_cooks_distance_is_that_of_its_definition() -> None:
    """D = sum of the squared changes of all fitted values / (2 s^2)."""
    rng = np.random.default_rng(3)
    years = rng.uniform(2010, 2021, 30)
    values = 0.6 * (years - 2010) + rng.normal(0, 0.5, 30)
    centred = years - years.mean()
    line, without = np.polyfit(centred, values, 1), np.polyfit(np.delete(centred, 7), np.delete(values, 7), 1)
    variance = np.sum((values - np.polyval(line, centred)) ** 2) / 28
    moved = np.sum((np.polyval(line, centred) - np.polyval(without, centred)) ** 2)
    assert influence(years, values, 7).cook == pytest.approx(moved / (2 * variance), rel=1e-9)


def test_compute_doubled_in_the_months_between_two_runs() -> None:
    record = Record()
    first, last = record.named("gpt-3-175b-davinci"), record.named("gpt-4-mar-2023")
    months = (date(2023, 3, 15) - date(2020, 5, 28)).days / 365.25 * 12
    assert doubling_months(first, last) == pytest.approx(months / math.log2(2.1e25 / 3.14e23), rel=1e-2)
