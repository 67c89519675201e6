"""Who may call what, where tokens are asked for: `authorization: Bearer TOKEN` in a call's metadata.

One table says what each call needs. A call that is not in it is refused, whoever asks, so that a new one is closed
until somebody has thought about it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from time import monotonic

from grpc import StatusCode

from timelines_server.access.quotas import Quota
from timelines_server.access.tokens import Scope, Token, Tokens
from timelines_server.manners.status import CallError, no_such_method

NEEDS: Mapping[str, Scope] = {
    "/timelines.v1.ForecastService/Forecast": Scope.READ,
    "/timelines.v1.ForecastService/ForecastBatch": Scope.READ,
    "/timelines.v1.ForecastService/Trajectory": Scope.READ,
    "/timelines.v1.ForecastService/StreamDraws": Scope.READ,
    "/timelines.v1.ForecastService/EstimateTrainingCompute": Scope.READ,
    "/timelines.v1.ForecastService/AffordableLoss": Scope.READ,
    "/timelines.v1.ForecastService/RequiredBudget": Scope.READ,
    "/timelines.v1.ForecastService/Sensitivity": Scope.READ,
    "/timelines.v1.ForecastService/Compare": Scope.READ,
    "/timelines.v1.ForecastService/Explain": Scope.READ,
    "/timelines.v1.ScaleService/ListScales": Scope.READ,
    "/timelines.v1.ScaleService/GetScale": Scope.READ,
    "/timelines.v1.ScaleService/ImportStudy": Scope.FIT,
    "/timelines.v1.ScaleService/DeleteScale": Scope.ADMIN,
    "/timelines.v1.PosteriorService/ListPosteriors": Scope.READ,
    "/timelines.v1.PosteriorService/GetPosterior": Scope.READ,
    "/timelines.v1.PosteriorService/SetCurrentPosterior": Scope.ADMIN,
    "/timelines.v1.DatasetService/ListTables": Scope.READ,
    "/timelines.v1.DatasetService/GetTable": Scope.READ,
    "/timelines.v1.DatasetService/ListRows": Scope.READ,
    "/timelines.v1.ScenarioService/ListScenarios": Scope.READ,
    "/timelines.v1.ScenarioService/GetScenario": Scope.READ,
    "/timelines.v1.ScenarioService/CreateScenario": Scope.FIT,
    "/timelines.v1.ScenarioService/DeleteScenario": Scope.ADMIN,
    "/timelines.v1.EvaluationService/GetCalibration": Scope.READ,
    "/timelines.v1.EvaluationService/ListBacktests": Scope.READ,
    "/timelines.v1.EvaluationService/Replay": Scope.READ,
    "/timelines.v1.ReportService/CreateReport": Scope.READ,
    "/timelines.v1.ReportService/DrawChart": Scope.READ,
    "/timelines.v1.ForecastRecordService/RecordForecast": Scope.FIT,
    "/timelines.v1.ForecastRecordService/GetForecastRecord": Scope.READ,
    "/timelines.v1.ForecastRecordService/ListForecastRecords": Scope.READ,
    "/timelines.v1.ForecastRecordService/DiffForecastRecords": Scope.READ,
    "/timelines.v1.FitService/CreateFit": Scope.FIT,
    "/timelines.v1.FitService/GetFit": Scope.READ,
    "/timelines.v1.FitService/ListFits": Scope.READ,
    "/timelines.v1.FitService/WatchFit": Scope.READ,
    "/timelines.v1.FitService/CancelFit": Scope.FIT,
}
"""The scope that each of our calls needs; a call that changes something needs more than `read`."""

HEALTH = "/grpc.health.v1.Health/"
REFLECTION = "/grpc.reflection."
HOW = "send the metadata `authorization: Bearer TOKEN`"


class TokenGate:
    """Lets in those who bring a token of enough scope, as often as it may be used; health needs none.

    Parameters
    ----------
    tokens : Tokens
        Those that the server knows.
    open_reflection : bool
        Whether the protos may be read without one.
    clock : callable
        Seconds, which never go back; quotas are counted by it.
    """

    def __init__(self, tokens: Tokens, open_reflection: bool = False, clock: Callable[[], float] = monotonic) -> None:
        self._open = (HEALTH, REFLECTION) if open_reflection else (HEALTH,)
        self._clock = clock
        self._quotas: dict[str, Quota] = {}
        self.use(tokens)

    def use(self, tokens: Tokens) -> None:
        """Know these tokens from the next call on; what one has spent of a limit that stays is not forgotten."""
        before = self._quotas
        self._quotas = {
            one.name: kept
            if (kept := before.get(one.name)) and kept.limit == one.calls_per_minute
            else Quota(one.name, one.calls_per_minute, self._clock)
            for one in tokens
            if one.calls_per_minute is not None
        }
        self._tokens = tokens

    def allow(self, metadata: Sequence[tuple[str, str | bytes]], method: str) -> str:
        """The name of the caller's token; empty where none is needed.

        Raises
        ------
        CallError
            UNAUTHENTICATED without a token that is known, PERMISSION_DENIED with one of too little scope,
            RESOURCE_EXHAUSTED with one that has made its calls for now, UNIMPLEMENTED for a call without a scope.
        """
        if method.startswith(self._open):
            return ""
        token = self._known(metadata)
        needed = _needed(method)
        if token.scope < needed:
            message = f"token {token.name} has the scope {token.scope.label}; this call needs {needed.label}"
            raise CallError(StatusCode.PERMISSION_DENIED, "SCOPE_MISSING", message, caller=token.name)
        self._count(token)
        _ADMITTED.set((self, token))
        return token.name

    def again(self, token: Token) -> None:
        """Let the bearer of a token do one thing more in a call that has begun.

        Raises
        ------
        CallError
            UNAUTHENTICATED when the token has been taken back since, or RESOURCE_EXHAUSTED.
        """
        if not self._tokens.holds(token):
            message = f"token {token.name} has been taken back, or changed: begin anew with one that is known"
            raise CallError(StatusCode.UNAUTHENTICATED, "TOKEN_UNKNOWN", message, caller=token.name)
        self._count(token)

    def _count(self, token: Token) -> None:
        quota = self._quotas.get(token.name)
        if quota is not None:
            quota.spend()

    def _known(self, metadata: Sequence[tuple[str, str | bytes]]) -> Token:
        presented = _bearer(metadata)
        if not presented:
            message = f"this server asks for a token: {HOW}"
            raise CallError(StatusCode.UNAUTHENTICATED, "TOKEN_MISSING", message)
        token = self._tokens.find(presented)
        if token is None:
            message = "this server does not know that token: check it, or ask who runs the server for another"
            raise CallError(StatusCode.UNAUTHENTICATED, "TOKEN_UNKNOWN", message)
        return token


_ADMITTED: ContextVar[tuple[TokenGate, Token] | None] = ContextVar("ADMITTED", default=None)


def admit_again() -> None:
    """Ask the gate about one question of a stream, whose call it let in a while ago; without a gate, nothing.

    Raises
    ------
    CallError
        As `TokenGate.again`.
    """
    admitted = _ADMITTED.get()
    if admitted is not None:
        gate, token = admitted
        gate.again(token)


def _needed(method: str) -> Scope:
    needed = Scope.READ if method.startswith(REFLECTION) else NEEDS.get(method)
    if needed is None:
        raise no_such_method(method)
    return needed


def _bearer(metadata: Sequence[tuple[str, str | bytes]]) -> str:
    """The token of the first `authorization`; empty where there is none, or it is of another kind."""
    for key, value in metadata:
        if key == "authorization" and isinstance(value, str):
            kind, _, token = value.strip().partition(" ")
            return token.strip() if kind.lower() == "bearer" else ""
    return ""
