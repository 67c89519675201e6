"""Tokens: made, written, read, compared; and the gate that asks for them."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from grpc import StatusCode

from forecast.cli.main import main
from forecast.errors import InputError
from tests.wire import METHODS
from timelines_server import tokens
from timelines_server.access import NEEDS, TokenGate
from timelines_server.status import CallError
from timelines_server.tokens import Scope, Token, Tokens

A, B = "a" * 64, "b" * 64
READING = ("Get", "List", "Forecast", "Trajectory", "StreamDraws", "Estimate", "AffordableLoss", "RequiredBudget")
READING += ("Sensitivity", "Compare", "Explain", "Replay", "CreateReport")
FORECAST = "/timelines.v1.ForecastService/Forecast"
DELETE = "/timelines.v1.ScaleService/DeleteScale"


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
        (f"ci read {B} more", "4 words"),
        (f"ci write {B}", "unknown scope 'write'; known: read, fit, admin"),
        (f"ci READ {B}", "unknown scope 'READ'"),
        (f"ci read {B.upper()}", "64 lower-case hexadecimal digits"),
        ("ci read the-token-itself", "never write a token here"),
        (f"c/i read {B}", "'c/i' is not a name"),
        (f"first read {B}", "the name 'first' stands there twice"),
        (f"second read {A}", "'second' has the hash of another token"),
    ],
)
def test_a_bad_line_is_named_by_its_number(line: str, said: str) -> None:
    with pytest.raises(InputError, match=r"^tokens, line 3: ") as caught:
        tokens.parse(f"first read {A}\n\n{line}\n", "tokens")
    assert said in caught.value.message


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


class TestGate:
    """Who may call what."""

    @pytest.mark.parametrize("scope", list(Scope))
    @pytest.mark.parametrize("method", [FORECAST, DELETE, "/timelines.v1.ScaleService/ImportStudy", "/nobody/Knows"])
    def test_a_scope_includes_the_lower_ones(self, scope: Scope, method: str) -> None:
        secret, made = tokens.make("ci", scope)
        gate = TokenGate(Tokens([made]))
        if scope >= NEEDS.get(method, Scope.READ):
            assert gate.allow(bearer(secret), method) == "ci"
        else:
            with pytest.raises(CallError, match=f"token ci has the scope {scope.label}") as caught:
                gate.allow(bearer(secret), method)
            assert (caught.value.code, caught.value.reason) == (StatusCode.PERMISSION_DENIED, "SCOPE_MISSING")

    def test_the_kind_may_be_written_in_any_case(self) -> None:
        secret, made = tokens.make("ci", Scope.READ)
        assert TokenGate(Tokens([made])).allow((("authorization", f"bearer  {secret} "),), FORECAST) == "ci"

    @pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic abc", b"Bearer abc"])
    def test_what_is_no_bearer_token_is_missing(self, value: str | bytes) -> None:
        with pytest.raises(CallError, match="authorization: Bearer TOKEN") as caught:
            TokenGate(Tokens([])).allow((("user-agent", "x"), ("authorization", value)), FORECAST)
        assert (caught.value.code, caught.value.reason) == (StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")

    def test_a_second_authorization_is_not_tried(self) -> None:
        secret, made = tokens.make("ci", Scope.READ)
        both = (*bearer("wrong"), *bearer(secret))
        with pytest.raises(CallError) as caught:
            TokenGate(Tokens([made])).allow(both, FORECAST)
        assert caught.value.reason == "TOKEN_UNKNOWN"

    def test_health_is_open_and_reflection_only_when_it_is_asked_for(self) -> None:
        reflection = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
        assert TokenGate(Tokens([])).allow((), "/grpc.health.v1.Health/Watch") == ""
        assert TokenGate(Tokens([]), open_reflection=True).allow((), reflection) == ""
        with pytest.raises(CallError):
            TokenGate(Tokens([])).allow((), reflection)

    def test_every_method_that_changes_something_needs_more_than_read(self) -> None:
        assert {path for path, method in METHODS.items() if not method.name.startswith(READING)} == set(NEEDS)


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)
