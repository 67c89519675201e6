from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from forecast.errors import UnknownNameError
from forecast.glossary import SECTIONS, find, markdown
from forecast.glossary.entry import Entry

ENTRIES = [entry for entries in SECTIONS.values() for entry in entries]
ASKED = """
loss, irreducible loss, reducible loss, nats, bits per character, scale, scaling law, effective compute,
training compute, FLOP, FLOP/s, petaflop/s-day, envelope, affordable, on trend, frontier spend, realised
price, list rental price, amortized price, final-run cost, development cost, algorithmic efficiency, halving
time, as of, data cutoff, hindsight rows, already, within the horizon, beyond the horizon, never, quantile
over all draws, Monte Carlo error, nowcast, posterior, prior-only, k-hat, binding limit, tornado, Shapley
effect, value of information, human-level, calibration, CRPS
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["glossary", *arguments])


@pytest.mark.parametrize("term", [" ".join(term.split()) for term in ASKED.split(",")])
def test_every_quantity_is_explained(term: str) -> None:
    assert find(term).term == term


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.term)
def test_an_entry_is_short_and_whole(entry: Entry) -> None:
    for text in (entry.means, entry.misread):
        assert text.endswith(".") and (text[0].isupper() or text[0].isdigit()) and "  " not in text
        assert 20 < len(text) < 300
        assert text.count(". ") <= 2


def test_no_name_stands_for_two_entries() -> None:
    names = [name.lower() for entry in ENTRIES for name in (entry.term, *entry.also)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("asked", "term"),
    [("K_hat", "k-hat"), ("pfd", "petaflop/s-day"), ("  ON-TREND ", "on trend"), ("floor", "irreducible loss")],
)
def test_terms_are_found_by_other_names_and_spellings(asked: str, term: str) -> None:
    assert find(asked).term == term


def test_an_unknown_term_names_those_that_are_near() -> None:
    with pytest.raises(UnknownNameError, match=r"unknown term 'neverr'; known: never$"):
        find("neverr")
    with pytest.raises(UnknownNameError, match=r"known: 2023 US dollars, CRPS, .*tornado"):
        find("zzz")


def test_the_command_prints_one_term_or_all() -> None:
    one = run("irreducible loss")
    assert one.exit_code == 0
    assert one.output.splitlines()[0] == "irreducible loss" and "Misread: as a known constant" in one.output
    every = run()
    assert every.exit_code == 0
    assert all(f"\n{entry.term}\n" in every.output for entry in ENTRIES)
    assert "not of capability" in " ".join(every.output.split())


def test_as_json_an_entry_is_an_object_and_all_are_a_list() -> None:
    one = json.loads(run("never", "--json").output)
    assert one["term"] == "never" and one["section"] == "Dates"
    assert [entry["term"] for entry in json.loads(run("--json").output)] == [entry.term for entry in ENTRIES]


def test_an_unknown_term_is_bad_input() -> None:
    result = run("nothing-like-it")
    assert result.exit_code == 2 and "unknown term" in result.stderr


def test_the_vocabulary_of_the_readme_has_every_entry() -> None:
    text = markdown()
    assert text.count("\n- **") == len(ENTRIES)
    assert text.startswith("### Loss\n\n- **loss**: ") and not text.endswith("\n")
