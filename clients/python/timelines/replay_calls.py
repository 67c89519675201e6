"""The part of the client that blocks which is about published claims."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from timelines.replays import Replay, replay_request
from timelines.v1.evaluation_service_pb2_grpc import EvaluationServiceStub

if TYPE_CHECKING:
    from timelines.calls import Calls


class ReplayCalls:
    """What became of published claims."""

    _calls: Calls

    @cached_property
    def _evaluation(self) -> EvaluationServiceStub:
        return EvaluationServiceStub(self._calls.channel)

    def replay(self, claims: Iterable[str] | None = None, *, timeout: float | None = None) -> Replay:
        """Published claims: as published, recomputed, as the posterior of their day forecast them, and what came.

        Parameters
        ----------
        claims : iterable of str, optional
            Their ids, such as G3 and J12; default: all.
        timeout : float, optional
            Seconds for this call.

        Raises
        ------
        InvalidQuestionError
            For an id that is not there; it lists those that are.
        """
        request = replay_request(claims)
        return Replay.from_raw(self._calls.unary(self._evaluation.Replay, request, timeout))
