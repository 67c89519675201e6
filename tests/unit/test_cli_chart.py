"""`timelines chart` draws one chart to a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from forecast.batch.chart_kinds import KINDS
from forecast.cli.chart import CHOSEN, FIRST, chart
from forecast.cli.chart_files import SUFFIXES
from forecast.errors import InputError
from tests.fake_server import FakeServer, serve
from tests.homes import home_with
from tests.synthetic import synthetic_posterior
from timelines.v1 import report_service_pb2 as pb

BEGINS: Mapping[str, bytes] = {
    ".svg": b"<svg",
    ".png": b"\x89PNG",
    ".html": b"<!doctype html>",
    ".json": b"{",
    ".csv": b"year,",
}
RUN = "--flop 2e29 --max-draws 300"


@pytest.fixture(autouse=True, scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home_with(
        tmp_path_factory.mktemp("home"), synthetic_posterior(300, as_of=date(2020, 7, 27)), synthetic_posterior(300)
    )


@pytest.fixture(autouse=True)
def in_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIMELINES_HOME", str(home))


def run(arguments: str, out: Path) -> Result:
    before, _, after = arguments.partition(" -- ")
    return CliRunner().invoke(chart, [*before.split(), "--out", str(out), *(["--", *after.split()] if after else [])])


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_of_file(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"chart{suffix}"
    result = run(f"yearly {RUN}", out)
    assert result.exit_code == 0, result.output or result.exception
    assert out.read_bytes().lower().startswith(BEGINS[suffix].lower())
    assert result.stdout.startswith("A 2e29 FLOP run: ") and result.stdout.endswith(".\n")
    assert result.stderr == f"Drawn: {out}\n"


def test_several_questions_by_what_is_otherwise_in_each(tmp_path: Path) -> None:
    out = tmp_path / "overlay.csv"
    result = run(f"overlay {RUN} -- --budget 1e9 -- --criterion on-trend --algorithms off", out)
    assert result.exit_code == 0, result.output or result.exception
    heading = out.read_text().partition("\n")[0]
    names = (f"1 {FIRST}", "2 budget 1e9", "3 criterion on-trend algorithms off")
    assert heading == "decimal_year," + ",".join(f"probability by then: {name}" for name in names)


def test_an_earlier_day_and_what_came(tmp_path: Path) -> None:
    out = tmp_path / "hindsight.json"
    result = run(f"hindsight {RUN} --as-of 2020-07-27 --layout narrow --colours dark", out)
    assert result.exit_code == 0, result.output or result.exception
    assert result.stdout.startswith("As of 2020-07-27: ") and json.loads(out.read_text())["title"]["text"]


@pytest.mark.parametrize(
    ("arguments", "file", "told"),
    [
        (f"loss {RUN}", "chart.svg", "there is no such chart: the target is no loss"),
        (f"cost {RUN}", "chart.pdf", r"suffix '\.pdf'; give one of \.svg, \.png, \.html, \.json, \.csv"),
        (f"cost {RUN} -- --budget 1e9", "chart.svg", "is of one question; leave out"),
        (f"difference {RUN}", "chart.svg", "1 questions; a chart of the kind difference takes 2"),
        ("cost --loss 1 --scale nowhere", "chart.svg", "unknown scale 'nowhere'"),
    ],
)
def test_what_cannot_be_drawn_says_why_and_leaves_no_file(tmp_path: Path, arguments: str, file: str, told: str) -> None:
    result = run(arguments, tmp_path / file)
    assert isinstance(result.exception, InputError)
    with pytest.raises(InputError, match=told):
        raise result.exception
    assert not list(tmp_path.iterdir())


def served(request: pb.DrawChartRequest, _: object) -> pb.DrawChartResponse:
    """A chart that says how it was asked for."""
    spec: dict[str, object] = {"mark": "point", "data": {"values": [{}]}, "usermeta": {"titled": request.titled}}
    spec |= {"datasets": {}, "padding": {}}
    title = f"{pb.ChartKind.Name(request.kind)} {len(request.questions)}"
    return pb.DrawChartResponse(vega_lite=json.dumps(spec), title=title, csv="year,p\n2030,1\n")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_server_draws_and_this_program_writes_the_file(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"chart{suffix}"
    with serve(DrawChart=served) as fake:
        result = run(f"cost {RUN} --line 1e9 --layout medium --server {fake.address}", out)
        asked = drawn_by(fake)
    assert result.exit_code == 0, result.output or result.exception
    assert result.stdout == "CHART_KIND_COST 1.\n"
    assert out.read_bytes().lower().startswith(BEGINS[suffix].lower())
    first, *others = asked
    assert (first.titled, first.layout, list(first.budgets_usd_2023)) == (True, pb.CHART_LAYOUT_MEDIUM, [1e9])
    assert all(one.colours == pb.CHART_COLOURS_CSS_VARIABLES and not one.titled for one in others)
    assert bool(others) == (suffix == ".html")


def test_a_server_that_has_none_says_why(tmp_path: Path) -> None:
    with serve(DrawChart=lambda *_: pb.DrawChartResponse(absent="money does not matter here")) as fake:
        result = run(f"cost {RUN} --server {fake.address}", tmp_path / "chart.svg")
    assert isinstance(result.exception, InputError) and "money does not matter here" in str(result.exception)


def drawn_by(fake: FakeServer) -> list[pb.DrawChartRequest]:
    return [request for method, request in fake.asked if method == "DrawChart"]


def test_kinds_are_written_as_words_of_a_command() -> None:
    assert [name.replace("-", "_") for name in CHOSEN] == list(KINDS)
    told = CliRunner().invoke(chart, ["--help"]).output.replace("\n", " ")
    assert all(name in told for name in CHOSEN)
