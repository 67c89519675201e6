"""docs/gallery.md shows what is there and says what the reports say."""

from __future__ import annotations

import re
from datetime import date

import pytest

from forecast.batch.asking import question_of
from forecast.batch.reading import read_spec
from forecast.engine import words
from forecast.forecaster import Forecaster
from forecast.posterior import selection
from forecast.reports.report.asking import lead_arguments
from forecast.reports.specs import default
from tests.browser.explorer.gallery import STATES
from tests.browser.gallery import FOLDER, PAGE, REPORTS, ROOT, Shown, came, shots

MOST_BYTES = 2_000_000


def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_it_shows_every_picture_that_is_there_and_no_other() -> None:
    shown = re.findall(r'<img src="gallery/([^"]+)" alt="[^"]{20,}"', page())
    there = {file.name: file.stat().st_size for file in FOLDER.glob("*.webp")}
    reports = [f"{one.name}-{shot.ending}.webp" for one in REPORTS for shot in shots(one)]
    assert sorted(shown) == sorted(there) == sorted(reports + [f"explorer-{state.name}.webp" for state in STATES])
    assert sum(there.values()) < MOST_BYTES and all(
        file.read_bytes()[8:12] == b"WEBP" for file in FOLDER.glob("*.webp")
    )


@pytest.mark.parametrize("report", REPORTS, ids=lambda report: report.name)
def test_it_says_what_the_report_says(report: Shown) -> None:
    _, _, day = (*report.arguments, "", "", "")[:3]
    posterior = selection.find(as_of=date.fromisoformat(day)) if day else selection.find(selection.reference().name)
    forecaster = Forecaster(posterior)
    spec = read_spec(ROOT / report.arguments[0]) if report.arguments else default(forecaster.scenario)
    question = question_of(lead_arguments(spec), forecaster.scenario)
    assert f"\n> {words.sentence(forecaster.ask(question))}\n" in page(), "run `make gallery`"
    assert came(report) in page()
