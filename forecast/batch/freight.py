"""What workers need of a batch besides their part: posteriors, questions, and what names stand for where it began.

Posteriors go as parcels under the hash of their draws, the questions with the scenarios and scales that they name as
another. So a worker on another machine needs no state folder, and a name means there what it means here.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import forecast
from forecast.batch.failures import Failure, failure_of
from forecast.batch.grid import Expanded
from forecast.batch.parts import Ground
from forecast.engine.checks import parse_day
from forecast.engine.encode_question import scenario_dict
from forecast.engine.imported import ImportedScale
from forecast.engine.question import Question, Target
from forecast.engine.scenario import Scenario
from forecast.errors import ForecastError, StoppedError
from forecast.forecaster import Forecaster
from forecast.posterior import artefact
from forecast.posterior import manifest as manifests
from forecast.posterior.artefact import Posterior

_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Context:
    """What every part of a batch needs.

    Attributes
    ----------
    version : str
        Of the program where the batch began.
    items : Expanded
        All questions.
    scenarios, scales : dict
        What the names in them stand for, or why they could not be found.
    curves : bool
        Whether answers keep their whole distribution.
    """

    version: str
    items: Expanded
    scenarios: dict[str, Scenario | Failure]
    scales: dict[str, ImportedScale | Failure]
    curves: bool

    def digests(self) -> dict[str, Any]:
        """What the names stand for, as JSON values: what a part's key needs of them."""
        scenarios = {name: _told(one, scenario_dict) for name, one in self.scenarios.items()}
        return {"scenarios": scenarios, "scales": {name: _told(one, _digest) for name, one in self.scales.items()}}


def _digest(scale: ImportedScale) -> str:
    return scale.digest


def _told(one: Any, tell: Any) -> Any:
    return [one.code, one.message, one.field] if isinstance(one, Failure) else tell(one)


@dataclass(frozen=True, slots=True)
class Standing:
    """The posterior that a ground stands on: its hash, name and as-of date."""

    sha256: str
    name: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Freight:
    """What is shipped.

    Attributes
    ----------
    context : Context
        As it is shipped.
    digest : str
        Under which.
    parcels : dict
        Bytes by digest: the context, and every posterior.
    standing : dict
        The posterior of an as-of date and a name as they are asked, or why there is none.
    """

    context: Context
    digest: str
    parcels: dict[str, bytes]
    standing: dict[tuple[str | None, str | None], Standing | Failure]


def freight(items: Expanded, curves: bool, forecaster: Forecaster, grounds: Iterable[Ground]) -> Freight:
    """Find all that the questions name, and pack it."""
    scenarios = {name: _scenario(name, forecaster) for name in _names(items)}
    scales = dict(_scales(items, forecaster.imported))
    context = Context(forecast.__version__, items, scenarios, scales, curves)
    packed = pickle.dumps(context)
    digest = hashlib.sha256(packed).hexdigest()
    parcels = {digest: packed}
    standing: dict[tuple[str | None, str | None], Standing | Failure] = {}
    for as_of, name in dict.fromkeys((ground.as_of, ground.posterior) for ground in grounds):
        try:
            sealed, image = artefact.seal(_posterior(name, as_of, forecaster))
        except StoppedError:
            raise
        except ForecastError as error:
            standing[as_of, name] = failure_of(error)
        else:
            manifest = sealed.manifest
            parcels[manifest["sha256"]] = _pack(sealed, image)
            standing[as_of, name] = Standing(manifest["sha256"], manifest["name"], manifest["as_of"])
    return Freight(context, digest, parcels, standing)


def _posterior(name: str | None, as_of: str | None, forecaster: Forecaster) -> Posterior:
    day = None if as_of is None else parse_day(as_of, "as_of")
    any_question = Question(Target.training_flop(1.0), as_of=day, posterior=name)
    return forecaster.ready(any_question)[0].posterior


def _pack(sealed: Posterior, image: bytes) -> bytes:
    """Manifest and draws in one parcel, the length of the first before it."""
    text = manifests.to_json(sealed.manifest).encode()
    return len(text).to_bytes(_LENGTH, "big") + text + image


def unpack_posterior(parcel: bytes) -> Posterior:
    """The posterior in a parcel, verified as one that is read from disk.

    Raises
    ------
    ArtefactError
        When it fails a check.
    """
    end = _LENGTH + int.from_bytes(parcel[:_LENGTH], "big")
    manifest = manifests.from_json(parcel[_LENGTH:end].decode())
    return artefact.decode(parcel[end:], manifest)


def unpack_context(parcel: bytes) -> Context:
    """The context in a parcel, which is our own.

    Raises
    ------
    ForecastError
        When the worker has another version of the program.
    """
    context: Context = pickle.loads(parcel)  # noqa: S301  (packed by this program, on its way to itself)
    if context.version != forecast.__version__:
        raise ForecastError(
            f"this worker has version {forecast.__version__} and the batch {context.version}; install the same on both"
        )
    return context


def _names(items: Expanded) -> list[str]:
    """Names of scenarios, those in whole questions too."""
    said = items.values_of("scenario")
    names = (one.get("name") if isinstance(one, Mapping) else one for one in said)
    return sorted({name for name in names if isinstance(name, str)})


def _scenario(name: str, forecaster: Forecaster) -> Scenario | Failure:
    try:
        return forecaster.scenario(name)
    except StoppedError:
        raise
    except ForecastError as error:
        return failure_of(error)


def _scales(items: Expanded, imported: Mapping[str, ImportedScale]) -> Iterable[tuple[str, ImportedScale | Failure]]:
    """Scales that were imported, of those that are named."""
    for name in sorted({one for one in items.values_of("scale") if isinstance(one, str)}):
        try:
            yield name, imported[name]
        except KeyError:
            continue
        except ForecastError as error:
            yield name, failure_of(error)


def part_key(material: Mapping[str, Any]) -> str:
    """SHA-256 of what a part's rows follow from."""
    text = json.dumps(material, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
