"""docs/published.md: its commands are those that there are, and the hash is made as it says."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime

import click

from forecast.catalogue.entries.published import Record, content_sha256
from forecast.cli.record import record
from tests.docs.test_readme import command_of
from tests.house import ROOT

TEXT = (ROOT / "docs" / "published.md").read_text(encoding="utf-8")


def test_every_written_command_exists_and_every_one_is_written() -> None:
    written = [found.split() for found in re.findall(r"`(timelines [^`\n]+)`", TEXT)]
    named = {command_of(words)[0].name for words in written}
    assert set(record.commands) <= named
    for words in written:
        command, rest = command_of(words)
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= known


def test_every_option_named_alone_belongs_to_the_group() -> None:
    known = {
        option
        for command in record.commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    assert {found.split()[0] for found in re.findall(r"`(--[a-z-]+[^`]*)`", TEXT)} <= known


def test_the_hash_is_made_as_the_page_says() -> None:
    (block,) = re.findall(r"in UTF-8:\n\n((?:    .*\n)+)", TEXT)
    named = re.sub(r"\([^)]*\)", "", " ".join(block.split())).replace(" or null", "").split(",")
    record = Record(**{name: f"{name} \u00fc" for name in Record.__slots__})  # type: ignore[arg-type]  # texts will do
    moment = datetime(2026, 11, 21, 3, 4, 5, 678900, UTC)
    told = {"previous": "2026-11-20-0123456789ab", "published_at": "2026-11-21T03:04:05.678900+00:00"}
    content = {name.strip(): told.get(name.strip()) or getattr(record, name.strip()) for name in named}
    whole = json.dumps(content, sort_keys=True, ensure_ascii=False)
    assert hashlib.sha256(whole.encode()).hexdigest() == content_sha256(record, told["previous"], moment)
