"""One browser, and the pages that are opened in it: each written once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import jinja2
import pytest
from playwright.sync_api import Browser

from forecast.forecaster import Forecaster
from forecast.posterior import selection
from forecast.posterior.artefact import read
from forecast.reports import arrivals, calibration_page, render, stories
from forecast.reports.arrivals import Arrivals
from forecast.reports.charts import fan_chart
from forecast.reports.picture import Picture
from forecast.reports.report import compose, files
from forecast.reports.sections import Tile
from forecast.reports.specs import default
from tests.browser.browsing import Opened, browser, opened
from tests.shortened import shortened
from tests.synthetic import synthetic_posterior

CURVES = ("a small run", "a larger run", "the largest run")
_EVERY_PART = """{% extends "base.html.j2" %}
{% from "switch.html.j2" import switch %}{% from "figure.html.j2" import draw %}
{% block title %}Parts{% endblock %}{% block body %}<main><h1>Parts of a page</h1>
{{ switch("scenario", "Scenario", faces, figures) }}
<h2>Charts</h2>{% for figure in figures if figure.picture in others %}{{ draw(figure) }}{% endfor %}
</main>{% endblock %}"""


@dataclass(frozen=True)
class Face:
    name: str
    sentence: str
    tiles: tuple[Tile, ...]
    figures: tuple[Picture, ...]


def parts_page() -> str:
    """Every part that readers handle: three scenarios to choose from, three curves to hide, a fan to point at."""
    forecaster = Forecaster(synthetic_posterior(400))
    answers = [forecaster.when(flop=flop) for flop in (1e28, 2e29, 1e30)]
    names = ("baseline", "no-physical-limits", "ten times the spend")
    faces = [
        Face(
            name,
            f"What {name} says.",
            (Tile("median", str(2030 + i)), Tile("never", "3 %")),
            (replace(stories.single(answer), slug=f"arrival-{i}"),),
        )
        for i, (name, answer) in enumerate(zip(names, answers, strict=True))
    ]
    curves = tuple(stories.curve(answer, name, name[:4]) for answer, name in zip(answers, CURVES, strict=True))
    compared = arrivals.picture(Arrivals("compared", "Three runs", "Compared.", "probability", "2026-11-20", curves))
    charts = [compared, fan_chart(forecaster, "frontier_compute")]
    figures = [*(figure for face in faces for figure in face.figures), *charts]
    return _rendered(_EVERY_PART, figures, faces=faces, others=charts)


def _rendered(template: str, figures: list[Picture], **context: object) -> str:
    """A template of the tests, beside those of the pages."""
    environment = render._environment()
    kept = environment.loader
    assert kept is not None
    environment.loader = jinja2.ChoiceLoader([jinja2.DictLoader({"parts.html.j2": template}), kept])
    try:
        return render.rendered("parts.html.j2", figures, **context)
    finally:
        environment.loader = kept


def report_page() -> str:
    """That of the default report."""
    forecaster = Forecaster(read(selection.reference().path))
    return files.page(compose.make(default(forecaster.scenario), forecaster))


PAGES: dict[str, Callable[[], str]] = {
    "report": report_page,
    "calibration": calibration_page.page,
    "parts": parts_page,
}


def still_page() -> str:
    """One chart of the calibration page, as that page has it."""
    (shown,) = (picture for picture in calibration_page.pictures() if picture.slug == "coverage")
    return render.rendered("picture.html.j2", [shown], live=False)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; without one the tests skip, or fail where TIMELINES_REQUIRE_BROWSER is set.

    For a module, not for longer: its driver holds an event loop, beside which no other test could run one of its own.
    """
    with browser() as started:
        yield started


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A page's file by the page's name, written when it is first asked for."""
    folder = tmp_path_factory.mktemp("pages")

    def file(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_text({**PAGES, "still": still_page}[name](), encoding="utf-8")
        return path

    return file


@pytest.fixture(scope="module", params=shortened(PAGES, most=1))
def shown(request: pytest.FixtureRequest, chromium: Browser, written: Callable[[str], Path]) -> Iterator[Opened]:
    """Each page in turn, open, and scrolled through once."""
    with opened(chromium, written(request.param)) as page:
        page.scroll_through()
        yield page


@pytest.fixture
def open_page(chromium: Browser, written: Callable[[str], Path]) -> Iterator[Callable[..., Opened]]:
    """Opens a page by its name, in a window of its own."""
    with contextlib.ExitStack() as windows:
        yield lambda name, **context: windows.enter_context(opened(chromium, written(name), **context))
