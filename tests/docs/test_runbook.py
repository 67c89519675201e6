"""docs/runbook.md: what it says is done works, and what it names is there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import click
import pytest

from forecast.cli.main import main
from forecast.posterior.state import StateFolder
from tests.docs.operating import RUNBOOK, UNIT, Operator, operator, shows, steps
from tests.docs.test_service import of_the_code
from tests.exposed import families
from tests.house import modules
from tests.service.certificates import authority
from timelines_server.configuration.settings import CHOICES
from timelines_server.configuration.variables import known
from timelines_server.observing.metrics import OPERATORS

TEXT = RUNBOOK.read_text(encoding="utf-8")
TIMELINES = re.compile(r"(?:^(?:\$ )?|as |bin/|; |\$\( ?|`)(timelines (?!is )[^`|;>#&\n]+)", re.MULTILINE)


def section(title: str) -> str:
    """What the page says under a heading of the second level."""
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(text: str) -> list[str]:
    """What stands as code in the first column of a table."""
    return [
        name for cell in re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE) for name in re.findall(r"`([^`]+)`", cell)
    ]


def test_an_operator_gets_through_the_page(tmp_path: Path) -> None:
    for needed in ("curl", "openssl"):
        if shutil.which(needed) is None:
            pytest.skip(f"no {needed} command here, which the page uses")
    made = steps()
    with operator(tmp_path) as shell:
        prepare(tmp_path, shell)
        for step in made:
            printed = shell.run(step.command)
            assert shows(step.shown, printed), f"{step.command}\nprinted:\n{printed}\nthe page shows:\n{step.shown}"
    assert len(made) >= 40
    kept = {file.relative_to(tmp_path / "state").as_posix() for file in (tmp_path / "state").rglob("*.*")}
    assert {"scenarios/night.yaml", "catalogue.sqlite"} <= kept and len(list((tmp_path / "backups").iterdir())) == 1


def prepare(folder: Path, shell: Operator) -> None:
    """What the page takes for granted: a certificate, the next one, and something that is worth a backup."""
    signer = authority(folder, "ca")
    shutil.copy(signer.certificate, folder / "etc" / "ca.pem")
    for name, place, stem in (("server", "etc", "server"), ("renewed", "here", "renewed")):
        pair = signer.signs(name)
        shutil.copy(pair.certificate, folder / place / f"{stem}.pem")
        shutil.copy(pair.key, folder / place / f"{stem}.key")
    timelines = "env TIMELINES_HOME=/var/lib/timelines /opt/timelines/bin/timelines"
    shell.run(f"{timelines} scenario copy skeptic night.yaml && {timelines} scenario create night.yaml")
    shell.run(f"{timelines} record add --flop 2e29 --series night")


def test_what_is_shown_may_leave_something_out_and_no_more() -> None:
    assert shows("a … c\n", "a b c\n") and shows("…\n", "a\nb") and shows("", "\n")
    assert not shows("a … c", "a b d") and not shows("", "a")


@pytest.mark.parametrize("written", sorted(set(TIMELINES.findall(TEXT))))
def test_every_command_and_option_that_it_names_is_there(written: str) -> None:
    words = written.split()
    command: click.Command = main
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(click.Context(command), rest[0])
        assert found is not None, f"no command {' '.join(words)}"
        command, rest = found, rest[1:]
    options = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in rest if word.startswith("-")} <= options


def test_every_metric_is_in_its_table_and_no_other() -> None:
    assert sorted(first_cells(section("Metrics"))) == sorted(families())


def test_every_metric_says_what_it_means_and_when_to_worry() -> None:
    rows = re.findall(r"^\| `.*$", section("Metrics"), re.MULTILINE)
    assert len(rows) == len(families())
    for row in rows:
        _, meaning, worry = row.strip("| ").split(" | ")
        assert len(meaning) > 10 and meaning.endswith(".") and len(worry) > 1 and worry.endswith("."), row


def test_every_reason_that_an_operator_meets_is_in_its_table() -> None:
    of_code = of_the_code()
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| ([A-Z_]+) \|", section("Reasons of errors"), re.MULTILINE))
    met = {reason for status, reason in of_code if status in {"UNAVAILABLE", "RESOURCE_EXHAUSTED", "INTERNAL"}}
    assert met | set(OPERATORS) <= set(rows) <= {reason for _, reason in of_code}
    assert {(status, reason) for reason, status in rows.items()} <= of_code


def test_every_place_of_the_state_folder_is_in_its_table() -> None:
    state = StateFolder(Path("state"))
    places = {name for name, value in vars(StateFolder).items() if isinstance(value, property)} - {"current_file"}
    named = {cell.rstrip("/") for cell in first_cells(section("Where the state lies"))}
    assert {getattr(state, name).name for name in places} == named


def test_every_event_of_the_log_that_it_names_is_written() -> None:
    source = "\n".join(file.read_text(encoding="utf-8") for file in modules("server/*.py"))
    named = set(re.findall(r'"event":"(\w+)"', TEXT)) | set(re.findall(r'`"(fit_\w+)"`', TEXT))
    assert len(named) >= 6
    assert not [event for event in named if f'"{event}"' not in source and f'"event":"{event}"' not in source]


def test_every_setting_that_it_names_is_one() -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    keys = {key for block in blocks for key in re.findall(r"^([\w-]+) = ", block, re.MULTILINE)}
    keys |= set(re.findall(r"`([a-z-]+) = ", TEXT))
    assert len(keys) >= 8 and keys <= {choice.key for choice in CHOICES.values()}
    assert set(re.findall(r"\b(TIMELINES_[A-Z_]+)=", TEXT)) <= set(known())


def test_what_it_says_of_the_unit_is_what_the_unit_says() -> None:
    unit = UNIT.read_text(encoding="utf-8")
    (seconds,) = re.findall(r"`TimeoutStopSec` \((\d+) s\)", TEXT)
    assert f"\nTimeoutStopSec={seconds}\n" in unit
    for name in ("grace", "lame_duck"):
        (stated,) = re.findall(rf"`{name.replace('_', '-')}` \(([\d.]+) s\)", TEXT)
        assert float(stated) == CHOICES[f"{name}_s"].default


def test_links_inside_lead_to_headings() -> None:
    headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert len(anchors) == len(headings)
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors


def test_every_procedure_says_how_to_see_that_it_worked() -> None:
    for title in ("Disk full", "PostgreSQL down", "Damaged posterior", "Slow queries", "A fit that hangs"):
        assert re.search(r"It\s+worked\s+when", section(title)), title
    for title in ("Start", "Stop", "Upgrade", "Back up and restore", "Rotate a token", "Renew a certificate"):
        assert "```console" in section(title), title
