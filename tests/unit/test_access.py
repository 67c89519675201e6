"""Who may call what: the table held against the protos, and the gate that asks for tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextvars import copy_context

import pytest
from grpc import StatusCode

from tests.docs.reference import PARTS, SERVICES, protos
from tests.wire import METHODS
from timelines_server.access import tokens
from timelines_server.access.quotas import QuotaError
from timelines_server.access.scopes import NEEDS, TokenGate, admit_again
from timelines_server.access.tokens import Scope, Token, Tokens
from timelines_server.manners.status import CallError
from timelines_server.served import services

FORECAST = "/timelines.v1.ForecastService/Forecast"
DELETE = "/timelines.v1.ScaleService/DeleteScale"
REFLECTION = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
NOWHERE = (
    "/nobody/Knows",
    "/timelines.v1.ForecastService/Forecasts",
    "/timelines.v1.FitService/",
    "",
    "/",
    FORECAST[1:],
)


def comments() -> Mapping[str, str]:
    """What the protos say of each call, by its path."""
    return {
        f"/{proto.file.package}.{service.name}/{method.name}": proto.about(SERVICES, i, PARTS, j)
        for proto in protos()
        for i, service in enumerate(proto.file.service)
        for j, method in enumerate(service.method)
    }


class TestTable:
    """NEEDS."""

    def test_every_call_of_the_protos_has_a_scope_and_no_other_has(self) -> None:
        assert set(NEEDS) == set(comments()), (
            "give a new RPC its line in timelines_server/access/scopes.py, take a stale one out"
        )

    def test_every_call_that_the_server_serves_has_a_scope(self) -> None:
        assert {path.split("/")[1] for path in NEEDS} == {service.full_name for service in services()}
        assert set(NEEDS) == set(METHODS)

    @pytest.mark.parametrize("path", NEEDS)
    def test_the_proto_says_the_scope_of_what_changes_something_and_of_nothing_else(self, path: str) -> None:
        said = re.findall(r"[Nn]eeds the scope `(\w+)`", comments()[path])
        assert said == ([] if NEEDS[path] is Scope.READ else [NEEDS[path].label])

    def test_what_is_named_like_a_change_needs_more_than_read(self) -> None:
        changing = re.compile(r"/(?:Set|Import|Delete|Update|Cancel|Record|Create(?!Report\b))\w*$")
        assert {path for path in NEEDS if changing.search(path)} == {
            p for p, needed in NEEDS.items() if needed > Scope.READ
        }


class TestGate:
    """Who is let in."""

    @pytest.mark.parametrize("scope", list(Scope))
    @pytest.mark.parametrize("method", NEEDS)
    def test_a_scope_includes_the_lower_ones(self, scope: Scope, method: str) -> None:
        secret, made = tokens.make("ci", scope)
        gate = TokenGate(Tokens([made]))
        if scope >= NEEDS[method]:
            assert gate.allow(bearer(secret), method) == "ci"
        else:
            with pytest.raises(CallError, match=f"token ci has the scope {scope.label}") as caught:
                gate.allow(bearer(secret), method)
            assert (caught.value.code, caught.value.reason) == (StatusCode.PERMISSION_DENIED, "SCOPE_MISSING")
            assert caught.value.caller == "ci"

    @pytest.mark.parametrize("method", NOWHERE)
    def test_a_call_that_is_not_in_the_table_is_closed_to_everybody(self, method: str) -> None:
        secret, made = tokens.make("ci", Scope.ADMIN)
        for is_open in (False, True):
            with pytest.raises(CallError, match="does not serve") as caught:
                TokenGate(Tokens([made]), is_open).allow(bearer(secret), method)
            assert (caught.value.code, caught.value.reason) == (StatusCode.UNIMPLEMENTED, "NO_SUCH_METHOD")

    def test_who_has_no_token_is_not_told_which_calls_there_are(self) -> None:
        for method in (*NOWHERE, *NEEDS):
            with pytest.raises(CallError) as caught:
                TokenGate(Tokens([])).allow(bearer("wrong"), method)
            assert caught.value.reason == "TOKEN_UNKNOWN"

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
        assert TokenGate(Tokens([])).allow((), "/grpc.health.v1.Health/Watch") == ""
        assert TokenGate(Tokens([]), open_reflection=True).allow((), REFLECTION) == ""
        with pytest.raises(CallError):
            TokenGate(Tokens([])).allow((), REFLECTION)

    def test_other_tokens_count_from_the_next_call_on(self) -> None:
        (old, first), (new, second) = tokens.make("ci", Scope.READ), tokens.make("ci-2", Scope.ADMIN)
        gate = TokenGate(Tokens([first]))
        gate.use(Tokens([second]))
        assert gate.allow(bearer(new), DELETE) == "ci-2"
        with pytest.raises(CallError, match="does not know that token"):
            gate.allow(bearer(old), FORECAST)


class TestQuota:
    """How often."""

    def test_one_call_too_many_is_told_the_limit_and_when_to_come_back(self) -> None:
        gate, secret, clock = limited(6)
        for _ in range(6):
            gate.allow(bearer(secret), FORECAST)
        with pytest.raises(QuotaError, match=r"token ci may make 6 calls a minute, .* in 10 s") as caught:
            gate.allow(bearer(secret), FORECAST)
        assert (caught.value.code, caught.value.reason) == (StatusCode.RESOURCE_EXHAUSTED, "QUOTA_EXCEEDED")
        assert caught.value.pushback_ms == 10_000 and caught.value.caller == "ci"
        clock.now += 10
        assert gate.allow(bearer(secret), FORECAST) == "ci"

    def test_each_token_has_its_own_and_one_without_a_limit_none(self) -> None:
        made = [tokens.make(name, Scope.READ, limit) for name, limit in (("a", 1), ("b", 1), ("free", None))]
        gate = TokenGate(Tokens([one for _, one in made]))
        for secret, one in made:
            assert gate.allow(bearer(secret), FORECAST) == one.name
        for secret, _ in made[:2]:
            with pytest.raises(QuotaError):
                gate.allow(bearer(secret), FORECAST)
        for _ in range(100):
            gate.allow(bearer(made[2][0]), FORECAST)

    def test_refused_calls_and_health_are_not_counted(self) -> None:
        gate, secret, _ = limited(1)
        for method in (DELETE, "/nobody/Knows"):
            with pytest.raises(CallError):
                gate.allow(bearer(secret), method)
        gate.allow(bearer(secret), "/grpc.health.v1.Health/Check")
        gate.allow(bearer(secret), FORECAST)
        with pytest.raises(QuotaError):
            gate.allow(bearer(secret), FORECAST)
        gate.allow(bearer(secret), "/grpc.health.v1.Health/Check")

    def test_tokens_that_are_read_again_keep_what_was_spent_unless_the_limit_is_another(self) -> None:
        gate, secret, _ = limited(2)
        one = next(iter(gate._tokens))
        gate.allow(bearer(secret), FORECAST)
        gate.use(Tokens([one]))
        gate.allow(bearer(secret), FORECAST)
        with pytest.raises(QuotaError):
            gate.allow(bearer(secret), FORECAST)
        gate.use(Tokens([Token("ci", Scope.READ, one.sha256, 3)]))
        for _ in range(3):
            gate.allow(bearer(secret), FORECAST)
        gate.use(Tokens([Token("ci", Scope.READ, one.sha256)]))
        assert gate.allow(bearer(secret), FORECAST) == "ci"

    def test_what_a_stream_asks_is_counted_on_the_token_that_it_came_with(self) -> None:
        gate, secret, _ = limited(3)

        def stream() -> None:
            """One call, and three questions on it."""
            gate.allow(bearer(secret), FORECAST)
            admit_again()
            admit_again()
            with pytest.raises(QuotaError):
                admit_again()

        admit_again()  # no token, no count
        copy_context().run(stream)

    def test_a_stream_whose_token_is_taken_back_asks_nothing_more(self) -> None:
        gate, secret, _ = limited(100)
        one = next(iter(gate._tokens))
        changed = Token("ci", Scope.ADMIN, one.sha256), Token("ci", Scope.READ, "0" * 64)

        def stream() -> None:
            """One call, before its token is taken back and after."""
            gate.allow(bearer(secret), FORECAST)
            admit_again()
            gate.use(Tokens([Token("ci", Scope.READ, one.sha256, 7), Token("other", Scope.READ, "1" * 64)]))
            admit_again()
            for others in ([], [changed[0]], [changed[1]]):
                gate.use(Tokens(others))
                with pytest.raises(CallError, match="has been taken back") as caught:
                    admit_again()
                assert caught.value.reason == "TOKEN_UNKNOWN"

        copy_context().run(stream)


class Clock:
    """Stands still until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def limited(calls_per_minute: int) -> tuple[TokenGate, str, Clock]:
    """A gate that knows one token, of so many calls a minute."""
    secret, made = tokens.make("ci", Scope.READ, calls_per_minute)
    clock = Clock()
    return TokenGate(Tokens([made]), clock=clock), secret, clock


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)
