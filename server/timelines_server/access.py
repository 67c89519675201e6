"""Who may call what, where tokens are asked for: `authorization: Bearer TOKEN` in a call's metadata."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grpc import StatusCode

from timelines_server.status import CallError
from timelines_server.tokens import Scope, Token, Tokens

NEEDS: Mapping[str, Scope] = {
    "/timelines.v1.ScaleService/ImportStudy": Scope.FIT,
    "/timelines.v1.ScaleService/DeleteScale": Scope.ADMIN,
    "/timelines.v1.PosteriorService/SetCurrentPosterior": Scope.ADMIN,
    "/timelines.v1.ScenarioService/CreateScenario": Scope.FIT,
    "/timelines.v1.ScenarioService/DeleteScenario": Scope.ADMIN,
}
"""Methods that change something; every other one needs `read`."""

HEALTH = "/grpc.health."
REFLECTION = "/grpc.reflection."
HOW = "send the metadata `authorization: Bearer TOKEN`"


class TokenGate:
    """Lets in those who bring a token of enough scope; health needs none.

    Parameters
    ----------
    tokens : Tokens
        Those that the server knows.
    open_reflection : bool
        Whether the protos may be read without one.
    """

    def __init__(self, tokens: Tokens, open_reflection: bool = False) -> None:
        self._tokens = tokens
        self._open = (HEALTH, REFLECTION) if open_reflection else (HEALTH,)

    def allow(self, metadata: Sequence[tuple[str, str | bytes]], method: str) -> str:
        """The name of the caller's token; empty where none is needed.

        Raises
        ------
        CallError
            UNAUTHENTICATED without a token that is known, PERMISSION_DENIED with one of too little scope.
        """
        if method.startswith(self._open):
            return ""
        token = self._known(metadata)
        needed = NEEDS.get(method, Scope.READ)
        if token.scope < needed:
            message = f"token {token.name} has the scope {token.scope.label}; this call needs {needed.label}"
            raise CallError(StatusCode.PERMISSION_DENIED, "SCOPE_MISSING", message)
        return token.name

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


def _bearer(metadata: Sequence[tuple[str, str | bytes]]) -> str:
    """The token of the first `authorization`; empty where there is none, or it is of another kind."""
    for key, value in metadata:
        if key == "authorization" and isinstance(value, str):
            kind, _, token = value.strip().partition(" ")
            return token.strip() if kind.lower() == "bearer" else ""
    return ""
