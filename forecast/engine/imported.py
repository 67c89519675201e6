"""A user's own scaling study as a scale that questions can name.

An `ImportedScale` that exists is one whose every value was checked, by the proto paths of `ImportStudyRequest`. Its law
on a posterior is the grid's (`forecast.engine.study`), with that posterior's population as prior; the scale itself
knows no posterior. Its digest tells its content: a scale that was removed and imported anew under its old name is
another scale.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.checks import checked_number, parse_day
from forecast.engine.scaling import LossLaw
from forecast.errors import InputError
from forecast.posterior.artefact import Posterior

if TYPE_CHECKING:
    from forecast.engine.study import Study, StudyDraws

NAME = re.compile(r"[a-z][a-z0-9-]{2,62}")
MOST_CHARACTERS = 1_000
NOISE_BOUNDS = (0.0005, 0.2)


@dataclass(frozen=True, slots=True)
class ImportedScale:
    """A scaling study and where it comes from, checked.

    Parameters
    ----------
    name : str
        By which questions name the scale: 3 to 63 small letters, digits and hyphens, a letter first.
    points : tuple of (float, float)
        Training FLOP and loss in nats per token of each compute-efficient point; see `Study.from_rows`.
    corpus, eval_set, source : str
        What the models were trained on, what the loss is measured on, who measured it; required.
    published_on : date
        From when forecasts may know it, and from when progress of algorithms counts.
    tokenizer : str
        Empty where it is not known.
    relative_noise : float, optional
        Relative noise of the points, from .0005 to .2, where it is known; by default it is learned.
    request_id : str
        A UUID of the importer's, or empty.
    characters_per_token : float, optional
        From .5 to 20: what bits per character need.

    Attributes
    ----------
    study : Study
        The points as the grid takes them.
    digest : str
        SHA-256 of the content in hexadecimal; the request_id is no part of it.
    """

    name: str
    points: tuple[tuple[float, float], ...]
    corpus: str
    eval_set: str
    source: str
    published_on: date
    tokenizer: str = ""
    relative_noise: float | None = None
    request_id: str = ""
    characters_per_token: float | None = None
    study: Study = field(init=False, repr=False, compare=False)
    digest: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _check_name(self.name)
        for path in ("corpus", "eval_set", "source", "tokenizer"):
            object.__setattr__(self, path, _checked_text(getattr(self, path), path, required=path != "tokenizer"))
        object.__setattr__(self, "published_on", parse_day(self.published_on, "published_on"))
        from forecast.engine.study import Study

        object.__setattr__(self, "study", Study.from_rows(self.points))
        points = tuple((float(flop), float(loss)) for flop, loss in self.points)
        object.__setattr__(self, "points", points)
        if self.relative_noise is not None:
            noise = checked_number(self.relative_noise, "relative_noise", *NOISE_BOUNDS, "a relative noise of the loss")
            object.__setattr__(self, "relative_noise", noise)
        if self.characters_per_token is not None:
            each = checked_number(self.characters_per_token, "characters_per_token", 0.5, 20.0, "characters per token")
            object.__setattr__(self, "characters_per_token", each)
        object.__setattr__(self, "request_id", checked_uuid(self.request_id))
        object.__setattr__(self, "digest", content_digest(self.content()))

    def content(self) -> dict[str, Any]:
        """Everything but the request_id, as JSON values by proto field names."""
        stated = {} if self.characters_per_token is None else {"characters_per_token": self.characters_per_token}
        return {
            "name": self.name,
            "corpus": self.corpus,
            "tokenizer": self.tokenizer,
            "eval_set": self.eval_set,
            "source": self.source,
            "published_on": self.published_on.isoformat(),
            "points": [{"training_flop": flop, "loss_nats_per_token": loss} for flop, loss in self.points],
            "relative_noise": self.relative_noise,
            **stated,
        }

    def law(self, posterior: Posterior, seed: int, checkpoint: Checkpoint = proceed) -> LossLaw:
        """The law of every draw, with the posterior's population of studies as prior.

        Parameters
        ----------
        posterior : Posterior
            Whose loss block is fitted, not only its prior.
        seed : int
            Of the draws.
        checkpoint : callable
            Called between the steps of the grid.

        Raises
        ------
        InputError
            When no law comes near the points.
        """
        try:
            draws = self.fit(posterior, posterior.draws, seed, checkpoint)
        except InputError as error:
            raise InputError(f"scale {self.name}: {error.message}", field="target.loss.scale") from error
        return draws.law(posterior.constants("loss")["omega"], seed)

    def fit(self, posterior: Posterior, draws: int, seed: int, checkpoint: Checkpoint = proceed) -> StudyDraws:
        """So many draws of the law, without its discrepancy; see `forecast.engine.study.fit_study`."""
        from forecast.engine.study import Population, fit_study

        population = Population.of(posterior.blocks["loss"])
        return fit_study(self.study, population, draws, seed, self.relative_noise, checkpoint)


NONE_IMPORTED: Mapping[str, ImportedScale] = MappingProxyType({})


def content_digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of JSON values, in hexadecimal; their order does not count."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _check_name(name: object) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        message = f"scale_id is {name!r:.80}; give 3 to 63 small letters, digits and hyphens, a letter first"
        raise InputError(message, field="scale_id")


def _checked_text(value: object, path: str, *, required: bool) -> str:
    """One line without blanks at its ends."""
    text = " ".join(value.split()) if isinstance(value, str) else None
    if text is None or (required and not text):
        raise InputError(f"{path} is {value!r:.80}; give a text", field=path)
    if len(text) > MOST_CHARACTERS or not text.isprintable():
        message = f"{path} is {text!r:.80}; give at most {MOST_CHARACTERS:,} characters that can be printed"
        raise InputError(message, field=path)
    return text


def checked_uuid(text: str) -> str:
    """A request_id as UUIDs are written; empty stays empty.

    Raises
    ------
    InputError
        When it is no UUID.
    """
    try:
        return text and str(UUID(text))
    except (ValueError, AttributeError, TypeError):
        raise InputError(f"request_id is {text!r:.80}; give a UUID, or leave it out", field="request_id") from None
