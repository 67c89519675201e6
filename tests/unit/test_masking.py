"""Passwords in URLs are masked wherever a text leaves the program."""

from __future__ import annotations

import json
import time
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.cli.failures import exit_code_of
from forecast.errors import InputError
from forecast.storage.masking import masked
from timelines_server.manners.status import Failure
from timelines_server.observing.logs import Log

SECRET = "hunter2-hunter2"
URLS = (
    f"postgresql://user:{SECRET}@host/db",
    f"postgresql+psycopg://user:{SECRET}@host:5432/db?sslmode=require",
    f"postgresql://user:a@b/{SECRET}@host/db",
    f"redis://:{SECRET}@host",
    f"postgresql:/user:{SECRET}@host/db",
    f"s3://key:{SECRET}@bucket/folder",
    f"https://host/file?X-Amz-Signature={SECRET}&x=1",
    f"postgresql://host/db?user=me&password={SECRET}",
    f"postgresql://host/db?sslpassword={SECRET}'",
    f"https://host/?access_token={SECRET}",
)
PLAIN = ("a loss of 1.24", "postgresql://user@host/db", "s3://bucket/a/b", "https://host:8433/x?y=1", "me@host: no")

words = st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=30)


@pytest.mark.parametrize("url", URLS)
def test_a_secret_in_a_url_is_masked_and_the_rest_is_still_read(url: str) -> None:
    told = masked(f"cannot reach {url} now; give another")
    assert SECRET not in told and "***" in told
    assert told.startswith("cannot reach ") and told.endswith(" now; give another") and url.split(":")[0] in told


@pytest.mark.parametrize("text", PLAIN)
def test_what_holds_no_secret_stays_as_it_is(text: str) -> None:
    assert masked(text) == text


@given(words, st.sampled_from(URLS), words)
def test_no_words_around_a_url_uncover_its_secret(before: str, url: str, after: str) -> None:
    assert SECRET not in masked(f"{before} {url} {after}")
    assert SECRET not in masked(masked(f"{before}{url} {after}"))


@pytest.mark.parametrize("piece", ["://a:", "?", "?key", "://:@", "x", "& ", "://a:b@ "])
def test_a_megabyte_that_was_made_to_be_slow_is_not(piece: str) -> None:
    began = time.perf_counter()
    masked("://" + piece * (1_000_000 // len(piece)))
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("url", URLS)
def test_the_log_the_command_line_and_callers_are_told_no_secret(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    error = InputError(f"{url} is wrong")
    written = StringIO()
    log = Log(written)
    log.events.error("fault", said=error.message, exc_info=error)
    log.events.info("begun", url=url)
    log.flush()

    def fail() -> None:
        raise error

    assert exit_code_of(fail) == 2
    told = (written.getvalue(), capsys.readouterr().err, Failure.of(error).message)
    assert all(SECRET not in text and "***" in text for text in told)
    assert [json.loads(line)["event"] for line in written.getvalue().splitlines()] == ["fault", "begun"]
