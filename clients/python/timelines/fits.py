"""Fits as frozen records, and the requests about them; `raw` is the message behind each."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, cast

from timelines.checks import checked_name
from timelines.errors import invalid
from timelines.parts import GateStatus, status_of, word
from timelines.resource_requests import resource_name
from timelines.v1 import fit_service_pb2 as pb
from timelines.values import INT32, day, shown, text, whole

FitState = Literal["QUEUED", "RUNNING", "SUCCEEDED", "REFUSED", "FAILED", "CANCELLED"]

STATES: tuple[FitState, ...] = ("QUEUED", "RUNNING", "SUCCEEDED", "REFUSED", "FAILED", "CANCELLED")
FINAL = frozenset(STATES[2:])


@dataclass(frozen=True, slots=True)
class FitChain:
    """How far one chain is.

    Attributes
    ----------
    model : str
        The model that is sampled.
    chain : int
        Its number, from 0.
    finished_draws, total_draws : int
        Steps that are done, and all of them, tuning included.
    tuning : bool
        Whether it is still tuned.
    divergences : int
        Divergent transitions so far.
    step_size : float
        Of the integrator.
    """

    model: str
    chain: int
    finished_draws: int
    total_draws: int
    tuning: bool
    divergences: int
    step_size: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit on a server.

    Attributes
    ----------
    name : str
        What it is called for good.
    state : {"QUEUED", "RUNNING", "SUCCEEDED", "REFUSED", "FAILED", "CANCELLED"}
        Where it is; the last four are final.
    revision : int
        Grows with every change.
    as_of, data_cutoff : str
        Start of its forecasts, and the last day of its data where that is earlier, `YYYY-MM-DD`.
    only : str
        The one model that is fitted; empty for all.
    draws, tune, chains, seed : int
        As asked for; draws and steps before them are those of each chain.
    stage : str
        What is being done, in words.
    eta_s : float or None
        Seconds until the model is sampled that is sampled now, where that is known.
    posterior : str
        Name of the posterior; empty while there is none.
    became_current : bool
        Whether it became current when it was done.
    reason, message : str
        Why it failed, was refused or cancelled, for programs and in words.
    attempts : int
        How often it was begun.
    """

    name: str
    state: FitState
    revision: int
    as_of: str
    data_cutoff: str
    only: str
    draws: int
    tune: int
    chains: int
    seed: int
    stage: str
    eta_s: float | None
    posterior: str
    became_current: bool
    reason: str
    message: str
    attempts: int
    raw: pb.Fit = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.Fit) -> Fit:
        """Out of its message."""
        return cls(
            raw.name.removeprefix("fits/"),
            cast("FitState", word(pb.FitState, raw.state, "FIT_STATE_").upper()),
            raw.revision,
            raw.as_of,
            raw.data_cutoff,
            raw.only,
            raw.draws,
            raw.tune,
            raw.chains,
            raw.seed,
            raw.stage,
            raw.eta_seconds if raw.HasField("eta_seconds") else None,
            raw.posterior.removeprefix("posteriors/"),
            raw.became_current,
            raw.reason,
            raw.message,
            raw.attempts,
            raw,
        )

    @property
    def ended(self) -> bool:
        """Whether nothing will follow."""
        return self.state in FINAL

    @property
    def chain_progress(self) -> tuple[FitChain, ...]:
        """How far each chain of the model is that is sampled now."""
        return tuple(
            FitChain(
                one.model,
                one.chain,
                one.finished_draws,
                one.total_draws,
                one.tuning,
                one.divergences,
                one.step_size,
            )
            for one in self.raw.chain_progress
        )

    @property
    def posterior_status(self) -> GateStatus | None:
        """The verdict of the posterior's gates; None while there is none."""
        return status_of(self.raw.posterior_status) if self.raw.posterior else None

    @property
    def gate_reasons(self) -> tuple[str, ...]:
        """Why the gates did not simply pass it."""
        return tuple(self.raw.gate_reasons)

    @property
    def created_at(self) -> dt.datetime | None:
        """When it was asked for."""
        return _moment(self.raw.created_at)

    @property
    def started_at(self) -> dt.datetime | None:
        """When it was begun last."""
        return _moment(self.raw.started_at)

    @property
    def ended_at(self) -> dt.datetime | None:
        """When it ended."""
        return _moment(self.raw.ended_at)


def _moment(said: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(said) if said else None


def fit_request(
    as_of: dt.date | str | None,
    *,
    data_cutoff: dt.date | str | None,
    only: str | None,
    draws: int | None,
    tune: int | None,
    chains: int | None,
    seed: int,
    make_current: bool | None,
    request_id: str | None,
) -> pb.CreateFitRequest:
    """The request for a fit; a new UUID stands in for a missing `request_id`, so that a retry is the same fit.

    Raises
    ------
    InvalidQuestionError
        When a value does not fit its field.
    """
    return pb.CreateFitRequest(
        as_of="" if as_of is None else day(as_of, "as_of"),
        data_cutoff="" if data_cutoff is None else day(data_cutoff, "data_cutoff"),
        only="" if only is None else text(only, "only"),
        draws=_count(draws, "draws"),
        tune=_count(tune, "tune"),
        chains=_count(chains, "chains"),
        seed=whole(seed, "seed", (0, INT32[1])),
        make_current=make_current,
        request_id=str(uuid.uuid4()) if request_id is None else text(request_id, "request_id"),
    )


def _count(value: int | None, path: str) -> int:
    """0 stands for the server's own choice, so that it cannot be asked for."""
    return 0 if value is None else whole(value, path, (1, INT32[1]))


def fit_name(fit: str | Fit) -> str:
    """The resource name of a fit, by its name or itself."""
    return resource_name("fits", fit.name if isinstance(fit, Fit) else fit)


def list_request(states: Iterable[FitState], page_size: int, token: str) -> pb.ListFitsRequest:
    """The request for a page of fits.

    Raises
    ------
    InvalidQuestionError
        When a state is none.
    """
    if isinstance(states, str):
        raise invalid(f"states is {shown(states)}; give a list of them", "states")
    listed = list(states)
    for i, state in enumerate(listed):
        checked_name(state, f"states[{i}]", STATES)
    numbers = [pb.FitState.Value(f"FIT_STATE_{state}") for state in listed]
    return pb.ListFitsRequest(page_size=page_size, page_token=token, states=numbers)
