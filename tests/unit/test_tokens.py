"""Tokens: made, written, read, compared; and the gate that asks for them."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from forecast.cli.main import main
from forecast.errors import InputError
from timelines_server.access import tokens
from timelines_server.access.tokens import Scope, Token, Tokens

A, B = "a" * 64, "b" * 64
SECRET = tokens.make("ci", Scope.READ)[0]


def test_a_token_is_long_random_and_known_by_its_hash_only() -> None:
    secret, made = tokens.make("ci", Scope.READ)
    other, _ = tokens.make("ci", Scope.READ)
    assert len(secret) >= 43 and secret != other
    assert made.sha256 == hashlib.sha256(secret.encode()).hexdigest()
    assert made.line == f"ci read {made.sha256}" and secret not in made.line


def test_a_file_may_hold_comments_and_blank_lines() -> None:
    read = tokens.parse(f"# who  what\n\nci read {A}  # for the nightly run\n  ops\tadmin {B}\n", "tokens")
    assert read == (Token("ci", Scope.READ, A), Token("ops", Scope.ADMIN, B))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ci read", "2 words stand there, 3 are needed: NAME SCOPE SHA256"),
        (f"ci read {B} more and more", "6 words"),
        (f"ci write {B}", "the second word is not a scope; known: read, fit, admin"),
        (f"ci READ {B}", "the second word is not a scope"),
        (f"ci read {B.upper()}", "64 lower-case hexadecimal digits"),
        ("ci read the-token-itself", "never write a token here"),
        (f"c/i read {B}", "the first word is not a name"),
        (f"first read {B}", "the name stands there twice"),
        (f"second read {A}", "it has the hash of another token"),
        (f"ci read {B} calls_per_minute=0", "not calls_per_minute=N with N from 1 to 1,000,000"),
        (f"ci read {B} calls_per_minute=1000001", "not calls_per_minute=N"),
        (f"ci read {B} calls_per_minute=-6", "not calls_per_minute=N"),
        (f"ci read {B} calls_per_minute=1.5", "not calls_per_minute=N"),
        (f"ci read {B} calls=5", "not calls_per_minute=N"),
    ],
)
def test_a_bad_line_is_named_by_its_number(line: str, said: str) -> None:
    with pytest.raises(InputError, match=r"^tokens, line 3: ") as caught:
        tokens.parse(f"first read {A}\n\n{line}\n", "tokens")
    assert said in caught.value.message


@pytest.mark.parametrize("place", range(4))
def test_a_token_in_the_wrong_place_is_not_told(place: int) -> None:
    words = ["ci", "read", B, "calls_per_minute=5"]
    for secret in (f"-{SECRET}", f"Bearer/{SECRET}", f"calls_per_minute={SECRET}", f"{SECRET}{SECRET}"):
        for bad in ([*words[:place], secret, *words[place + 1 :]], [*words, secret], [secret]):
            with pytest.raises(InputError) as caught:
                tokens.parse(" ".join(bad), "tokens")
            assert SECRET not in caught.value.message


def test_a_line_may_limit_the_calls_of_a_minute_and_is_written_as_it_is_read() -> None:
    (read,) = tokens.parse(f"ci read {A} calls_per_minute=600", "tokens")
    assert read == Token("ci", Scope.READ, A, 600)
    assert tokens.parse(read.line, "tokens") == (read,)


def test_as_much_is_compared_for_every_token_whatever_was_found_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the time tells neither which line a token is on, nor how much of a wrong one is right."""
    made = [tokens.make(f"t{i}", Scope.READ) for i in range(5)]
    known, compared = Tokens([one for _, one in made]), []

    def compare(first: bytes, second: bytes) -> bool:
        compared.append(second)
        return hmac.compare_digest(first, second)

    monkeypatch.setattr("timelines_server.access.tokens.hmac", SimpleNamespace(compare_digest=compare))
    every = [one.sha256.encode() for _, one in made]
    for presented in (*(secret for secret, _ in made), "wrong", "", made[0][0][:-1]):
        compared.clear()
        known.find(presented)
        assert compared == every


def test_only_the_token_itself_is_found() -> None:
    (one, first), (two, second) = tokens.make("one", Scope.READ), tokens.make("two", Scope.ADMIN)
    known = Tokens([first, second])
    assert known.find(one) == first and known.find(two) == second
    for wrong in ("", one[:-1], one + "=", one.swapcase(), first.sha256, "\udc80"):
        assert known.find(wrong) is None


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        tokens.load(tmp_path / "tokens")


def test_an_empty_file_says_how_to_make_a_token(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text("# none yet\n")
    (tmp_path / "tokens").chmod(0o600)
    with pytest.raises(InputError, match="holds no token: `timelines token --name NAME --file"):
        tokens.load(tmp_path / "tokens")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_bytes(b"\xff\xfe")
    (tmp_path / "tokens").chmod(0o600)
    with pytest.raises(InputError, match="is not text"):
        tokens.load(tmp_path / "tokens")


@pytest.mark.skipif(os.name == "nt", reason="file modes")
def test_a_file_that_others_may_write_is_refused_and_one_they_may_read_is_told_of(tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    tokens.append(file, tokens.make("ci", Scope.READ)[1])
    assert tokens.warnings(file) == ()
    file.chmod(0o644)
    assert len(tokens.load(file)) == 1
    assert "can read" in tokens.warnings(file)[0] and "chmod 600" in tokens.warnings(file)[0]
    file.chmod(0o620)
    with pytest.raises(InputError, match="let themselves in: chmod 600"):
        tokens.load(file)


class TestCommand:
    """`timelines token`."""

    def test_it_prints_the_token_once_and_the_line_for_the_file(self) -> None:
        result = run("--name", "ci", "--scope", "fit")
        secret = result.stdout.strip()
        assert f"ci fit {tokens.digest_of(secret)}" in result.stderr and secret not in result.stderr

    def test_it_writes_how_many_calls_a_minute(self) -> None:
        result = run("--name", "ci", "--calls-per-minute", "60")
        assert f"ci read {tokens.digest_of(result.stdout.strip())} calls_per_minute=60\n" in result.stderr

    @pytest.mark.parametrize("limit", ["0", "-1", "1000001"])
    def test_a_limit_that_is_out_of_range_makes_no_token(self, limit: str) -> None:
        result = run("--name", "ci", "--calls-per-minute", limit)
        assert result.exit_code == 2 and result.stdout == "" and "give 1 to 1,000,000" in result.stderr

    def test_it_adds_the_line_to_a_file_for_its_owner_only(self, tmp_path: Path) -> None:
        file = tmp_path / "tokens"
        first, second = (run("--name", name, "--file", str(file)).stdout.strip() for name in ("ci", "lab"))
        known = tokens.load(file)
        assert known.find(first) == Token("ci", Scope.READ, tokens.digest_of(first))
        assert known.find(second) is not None and len(known) == 2
        assert os.name == "nt" or stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_it_keeps_a_last_line_that_has_no_end(self, tmp_path: Path) -> None:
        file = tmp_path / "tokens"
        file.touch(0o600)
        file.write_text(f"first read {A}")
        assert run("--name", "ci", "--file", str(file)).exit_code == 0
        assert len(tokens.load(file)) == 2

    def test_a_name_that_is_taken_changes_nothing(self, tmp_path: Path) -> None:
        file = tmp_path / "tokens"
        run("--name", "ci", "--file", str(file))
        before = file.read_text()
        result = run("--name", "ci", "--file", str(file))
        assert result.exit_code == 2 and "stands there twice" in result.stderr
        assert result.stdout == "" and file.read_text() == before

    def test_a_file_that_cannot_be_made_is_one_line(self, tmp_path: Path) -> None:
        result = run("--name", "ci", "--file", str(tmp_path / "missing" / "tokens"))
        assert result.exit_code == 1 and result.stdout == "" and result.stderr.startswith("Error: ")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["token", *arguments])
