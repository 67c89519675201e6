"""What README.md shows is what running it prints, on the posteriors that the package ships."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import click
import pytest

from forecast.batch.reading import parse_spec
from forecast.cli.main import main
from forecast.forecaster import Forecaster
from forecast.posterior.schema import as_markdown
from tests.docs.pages import README, Piece, made, pieces, same
from tests.docs.refresh import ARTEFACT, artefact_page
from tests.house import ROOT, project_files

TEXT = README.read_text(encoding="utf-8")
MOST_LINES = 560
REFRESH = "the page is stale: run `python -m tests.docs.refresh` and look at what changed"


@pytest.mark.parametrize("piece", pieces(TEXT), ids=lambda piece: f"{piece.kind}: {piece.name}")
def test_the_page_shows_what_a_run_prints(piece: Piece, tmp_path: Path) -> None:
    printed = made(piece, tmp_path.resolve())
    assert same(piece.shown, printed), f"{REFRESH}\n{printed}"


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    opened = [(kind, first) for kind, first in re.findall(r"^```(\w*)\n(.*)", TEXT, re.MULTILINE) if kind]
    assert {kind for kind, _ in opened} <= {"console", "sh", "python", "text", "yaml"}
    assert len([piece for piece in pieces(TEXT) if piece.kind == "python"]) == TEXT.count("```python")
    assert all(first.startswith("$ ") for kind, first in opened if kind == "console")


def test_the_page_is_short_enough_to_be_read() -> None:
    unfolded = re.sub(r"^<details>.*?^</details>\n", "", TEXT, flags=re.MULTILINE | re.DOTALL)
    visible = re.sub(r"^<!-- .* -->\n", "", unfolded, flags=re.MULTILINE)
    assert len(visible.splitlines()) <= MOST_LINES


def written_commands() -> list[list[str]]:
    """Every `timelines ...` in a block or in code marks, as words."""
    inline = re.findall(r"`(timelines [^`\n]+)`", TEXT)
    blocks = re.findall(r"^(?:\$ )?(timelines [^#;|\n]+)", TEXT, re.MULTILINE)
    return [text.split() for text in (*inline, *blocks)]


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the words lead to, and the words that are left."""
    command: click.Command = main
    context = click.Context(main)
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(context, rest[0])
        assert found is not None, f"no command {' '.join(words)}"
        command, rest = found, rest[1:]
    return command, rest


@pytest.mark.parametrize("words", written_commands(), ids=" ".join)
def test_every_written_command_and_option_exists(words: list[str]) -> None:
    command, rest = command_of(words)
    known = {name for parameter in command.params for name in parameter.opts} | {"--help", "-h", "--version"}
    assert {word for word in rest if word.startswith("-")} - {"--"} <= known


def test_every_written_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^|\$ )make ([a-z-]+)", TEXT, re.MULTILINE)) <= targets


def test_options_named_alone_belong_to_a_command() -> None:
    known = {"--help"}
    for command in every_command():
        known |= {name for parameter in command.params for name in parameter.opts}
    assert {found.split()[0] for found in re.findall(r"`(--[a-z-]+[^`]*)`", TEXT)} <= known


def every_command(group: click.Group = main) -> list[click.Command]:
    """All commands of this installation, groups included."""
    context = click.Context(group)
    found = [group.get_command(context, name) for name in group.list_commands(context)]
    commands = [command for command in found if command is not None]
    return commands + [
        inner for command in commands if isinstance(command, click.Group) for inner in every_command(command)
    ]


def test_every_top_command_is_on_the_page() -> None:
    named = {words[1] for words in written_commands()} | set(re.findall(r"make ([a-z]+)", TEXT))
    assert set(main.list_commands(click.Context(main))) <= named


@pytest.mark.parametrize("command", every_command(), ids=lambda command: command.name)
def test_every_command_and_option_has_its_help(command: click.Command) -> None:
    assert command.help
    silent = [option.name for option in command.params if isinstance(option, click.Option) and not option.help]
    assert not silent


@pytest.mark.parametrize("page", project_files("*.md"), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_lead_to_files(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|srcset|href)="([^"]+)"', text)
    local = [target.partition("#")[0] for target in targets if "://" not in target and not target.startswith("#")]
    assert not [target for target in local if target and not (page.parent / target).exists()]


def test_every_picture_has_words() -> None:
    pictures = re.findall(r"<img [^>]*>", TEXT)
    assert pictures and all(re.search(r'alt="[^"]{20,}"', picture) for picture in pictures)


def test_the_posterior_page_is_the_schema() -> None:
    assert as_markdown() in artefact_page()
    assert ARTEFACT.read_text(encoding="utf-8") == artefact_page(), REFRESH


def test_numbers_may_differ_by_a_rounding_and_words_may_not() -> None:
    assert same("October 2047, 58 % of 4,000", "November 2047, 57 % of 4,000")
    assert same("2.41 to 26.5, under 1 %", "2.42 to 26.4, under 1 %")
    assert not same("October 2047", "October 2049")
    assert not same("58 %", "61 %")
    assert same("2.0 MB", "2.1 MB") and not same("2.0 MB", "2.2 MB")
    assert not same("already", "never")


def test_the_spec_of_a_report_is_one_that_the_command_reads() -> None:
    (text,) = (block for block in re.findall(r"^```yaml\n(.*?)^```$", TEXT, re.M | re.S) if block.startswith("title:"))
    spec = parse_spec(text, "README", Forecaster.load().scenario)
    assert len(spec.items) == 2 * 50 * 2 and len(spec.scenarios) == 3 and spec.notes


@pytest.mark.long
def test_a_stranger_clones_types_make_forecast_and_reads_the_table(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    environment = {**os.environ, "TIMELINES_HOME": str(tmp_path / "state"), "COLUMNS": "80"}
    done = subprocess.run(
        ["make", "forecast"], cwd=clone, env=environment, capture_output=True, text=True, timeout=1800, check=False
    )
    assert done.returncode == 0, done.stderr
    (shown,) = (piece.shown for piece in pieces(TEXT) if piece.source == "make forecast")
    assert labels(done.stdout) == labels(shown)
    assert list((tmp_path / "state" / "posteriors").glob("*.nc")), "nothing was fitted"
    assert (clone / "out" / "forecast" / "report.html").stat().st_size > 100_000


def labels(table: str) -> list[str]:
    """The table without its figures: titles and the column at the left, which a refit leaves as they are."""
    rows = [line.partition("│")[0].strip() for line in table.splitlines() if "│" in line]
    titles = re.findall(r"^(?:Loss|A run) .*$", table, re.MULTILINE)
    return rows + [re.sub(r"\d+\s%", "so many %", title) for title in titles]
