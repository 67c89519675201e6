"""How the strict check reads numbers, and which of a run's it takes a text to mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.engine import words as long_words
from forecast.reports import words
from forecast.reports.strict.check import CONSTANTS, unknown
from forecast.reports.strict.tokens import Token, tokens
from forecast.reports.strict.values import Grid, Pool


def test_a_number_is_right_only_with_its_year() -> None:
    fan = Grid(("decimal_year", "flop, 50 %"), tuple((2026.0 + k / 12, 1e27 * 2**k) for k in range(120)))
    then = fan.rows[48][1]
    text = f"{words.scientific(then)} in 2030"
    assert not unknown(text, Pool({("year", "2030"): ""}).cells(fan.meant(text)))
    text = f"{words.scientific(then)} in 2031"
    assert [token.text for token in unknown(text, Pool({("year", "2031"): ""}).cells(fan.meant(text)))] == [text[:-8]]


def test_a_curve_says_when_it_passes_its_quantiles_and_nothing_else() -> None:
    curve = Grid(("decimal_year", "probability by then"), tuple((2026 + k / 12, k / 240) for k in range(200)))
    text = "in 2036, with 40 % by 2034, and 37 %"
    assert [token.text for token in unknown(text, Pool().cells(curve.meant(text)))] == ["2034", "37 %"]


# How numbers are read and written


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("in July 2029 (80 %: 2027 to never)", [("month", "2029-07"), ("percent", "80"), ("year", "2027")]),
        ("2042–2054 or 2031-05", [("year", "2042"), ("year", "2054"), ("month", "2031-05")]),
        ("$1.6bn, $47 and $2.16k", [("money", "$1.6bn"), ("money", "$47"), ("money", "$2.16k")]),
        ("70 to 90 %, under 1 %", [("percent", "70"), ("percent", "90"), ("percent", "<1")]),
        ("as of 2026-11-20, 2023 dollars", [("date", "2026-11-20"), ("currency", "2023")]),
        ("−0.06 to +0.10 of 4,000", [("number", "−0.06"), ("number", "+0.10"), ("number", "4,000")]),
        ("2e29, 6.94e29 FLOP", [("number", "2e29"), ("number", "6.94e29")]),
        ("GPT-3 on kaplan-webtext2, H100s, SHA-256", [("name", ...)] * 4),
        ("run 5e0adad490ff of 2026-11-20-f888b7e49128, 0.1.0", [("name", ...)] * 3),
        ("by 2035, 84 %", [("year", "2035"), ("percent", "84")]),
    ],
)
def test_numbers_are_found_with_their_kinds(text: str, found: list[tuple[str, str]]) -> None:
    read = [(token.kind, ... if token.kind == "name" else token.form) for token in tokens(text)]
    assert read == found


def knows(pool: Pool, text: str) -> bool:
    found = tokens(f"it is {text} now")
    return len(found) == 1 and pool.says(found[0])


@given(st.floats(1e-3, 9e14))
def test_money_is_known_however_the_house_writes_it(usd: float) -> None:
    pool = Pool().add({"usd_2023": usd})
    assert knows(pool, words.usd(usd))
    assert knows(pool, words.usd(usd, 3))
    assert knows(pool, long_words.money(usd))


@given(st.floats(0, 1))
def test_probabilities_are_known_however_the_house_writes_them(p: float) -> None:
    pool = Pool().add({"p": p})
    assert knows(pool, words.percent(p))
    assert knows(pool, long_words.percent(p))


@given(st.floats(2020.0, 2099.9))
def test_dates_are_known_however_the_house_writes_them(year: float) -> None:
    pool = Pool().add({"median": year})
    for write in (words.calendar_year, words.month, long_words.month, long_words.day):
        assert knows(pool, write(year))


@given(st.floats(1e-6, 1e40))
def test_amounts_are_known_however_the_house_writes_them(value: float) -> None:
    pool = Pool().add({"value": value})
    for write in (words.scientific, words.power, long_words.number):
        assert knows(pool, write(value))


@given(st.integers(0, 10**7))
def test_counts_are_known_with_and_without_separators(count: int) -> None:
    pool = Pool().add({"count": count})
    assert pool.says(Token("", "number", f"{count:,}", 0, 0))
    assert pool.says(Token("", "number", str(count), 0, 0))


def test_constants_of_the_method_have_a_reason_each() -> None:
    assert all(len(reason) > 10 for reason in CONSTANTS.values())
    assert not unknown(
        "median, 50, 80 and 90 % bands, 2023 dollars, the 80 % interval (80 %: 2030)", Pool().add([2030])
    )
    assert [token.text for token in unknown("with 80 % probability, 90 % of 2024 dollars", Pool())] == [
        "80 %",
        "90 %",
        "2024",
    ]
