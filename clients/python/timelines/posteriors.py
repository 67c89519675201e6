"""Posteriors as the server lists them: frozen records, `raw` is the message behind each."""

from __future__ import annotations

from dataclasses import dataclass, field

from timelines.parts import GateStatus, HindsightRows, Nowcast, hindsight, status_of, word
from timelines.v1 import posterior_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class ModelDiagnostics:
    """How well one model was sampled.

    Attributes
    ----------
    model : str
        Its name.
    draws : int
        Number of draws.
    divergences : int or None
        Divergent transitions.
    max_r_hat, min_ess, min_bfmi : float or None
        Largest R-hat, smallest effective sample size, smallest fraction of missing information; None where it is not
        defined.
    """

    model: str
    draws: int
    divergences: int | None
    max_r_hat: float | None
    min_ess: float | None
    min_bfmi: float | None
    raw: pb.ModelDiagnostics = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.ModelDiagnostics) -> ModelDiagnostics:
        """Out of its message."""
        return cls(
            raw.model,
            raw.draws,
            raw.divergences if raw.HasField("divergences") else None,
            raw.max_r_hat if raw.HasField("max_r_hat") else None,
            raw.min_ess if raw.HasField("min_ess") else None,
            raw.min_bfmi if raw.HasField("min_bfmi") else None,
            raw,
        )


@dataclass(frozen=True, slots=True)
class Posterior:
    """What was fitted, on which data, and whether it passed its gates.

    Attributes
    ----------
    name : str
        Its as-of date and content hash, as questions name it.
    current : bool
        Whether it answers questions that name none.
    origin : {"shipped", "fitted"}
        Where it comes from.
    status : {"PASSED", "FLAGGED", "REFUSED"}
        Verdict of its gates.
    reasons : tuple of str
        Why it is not PASSED.
    as_of, data_cutoff : str
        Start of its forecasts, and the last day of its data, `YYYY-MM-DD`.
    draws : int
        Number of draws.
    data_digest, sha256 : str
        Digests of the tables and of the draws file.
    code_version : str
        Version of the program that fitted it.
    """

    name: str
    current: bool
    origin: str
    status: GateStatus
    reasons: tuple[str, ...]
    as_of: str
    data_cutoff: str
    draws: int
    data_digest: str
    sha256: str
    code_version: str
    raw: pb.Posterior = field(repr=False, compare=False)

    @classmethod
    def from_raw(cls, raw: pb.Posterior) -> Posterior:
        """Out of its message."""
        return cls(
            raw.name.removeprefix("posteriors/"),
            raw.current,
            word(pb.PosteriorOrigin, raw.origin, "POSTERIOR_ORIGIN_"),
            status_of(raw.status),
            tuple(raw.reasons),
            raw.as_of,
            raw.data_cutoff,
            raw.draws,
            raw.data_digest,
            raw.sha256,
            raw.code_version,
            raw,
        )

    @property
    def seed(self) -> int | None:
        """Seed of the fit."""
        return self.raw.seed if self.raw.HasField("seed") else None

    @property
    def nowcast(self) -> Nowcast | None:
        """What it says of runs already known."""
        return Nowcast.from_raw(self.raw.nowcast) if self.raw.HasField("nowcast") else None

    @property
    def prior_only(self) -> tuple[str, ...]:
        """Blocks that had too few rows and are only their prior."""
        return tuple(self.raw.prior_only)

    @property
    def hindsight_rows(self) -> tuple[HindsightRows, ...]:
        """Rows used with hindsight, by table."""
        return hindsight(self.raw.hindsight_rows)

    @property
    def diagnostics(self) -> tuple[ModelDiagnostics, ...]:
        """How well each model was sampled; only from `Client.posterior`. Priors and digests are in `raw.details`."""
        return tuple(map(ModelDiagnostics.from_raw, self.raw.details.diagnostics))


@dataclass(frozen=True, slots=True)
class DamagedPosterior:
    """A posterior that is there and cannot be used, and which check failed."""

    name: str
    problem: str

    @classmethod
    def from_raw(cls, raw: pb.DamagedPosterior) -> DamagedPosterior:
        """Out of its message."""
        return cls(raw.name.removeprefix("posteriors/"), raw.problem)
