"""The manifest: the readable half of a posterior, beside its draws and inside them.

Plain JSON with sorted keys. In memory it is a `Manifest` (a TypedDict) whose dictionaries refuse to be changed and
whose lists are tuples. Numbers that are not finite (an R-hat of a constant) are stored as null.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, NoReturn, TypedDict, cast

import numpy as np

from forecast.errors import ArtefactError
from forecast.posterior.schema import BLOCKS, CONSTANTS, SCHEMA_VERSION, Constant

Status = Literal["PASSED", "FLAGGED", "REFUSED"]
STATUSES: tuple[Status, ...] = ("PASSED", "FLAGGED", "REFUSED")

SEAL = ("name", "sha256")
"""Keys that follow from the bytes of the draws, so the copy inside the draws is without them."""


class BlockManifest(TypedDict):
    """Where one block came from: the run that sampled it, the version of its model, its fixed numbers."""

    run: str
    model_version: str
    constants: Mapping[str, Any]


class LawManifest(TypedDict):
    """A published law L = floor_nats + coefficient_nats (C / flop_unit)^-exponent and the range of its evidence."""

    name: str
    scale: str
    floor_nats: float
    coefficient_nats: float
    flop_unit: float
    exponent: float
    flop_low: float
    flop_high: float
    published_on: str
    source: str


class Manifest(TypedDict):
    """Everything about a posterior that is not an array. Dates are YYYY-MM-DD."""

    schema_version: int
    name: str
    as_of: str
    data_cutoff: str
    seed: int
    draws: int
    status: Status
    reasons: Sequence[str]
    nowcast: Mapping[str, Any]
    priors: Mapping[str, Any]
    data_digests: Mapping[str, str]
    data_digest: str
    hindsight_rows: Mapping[str, int]
    prior_only: Sequence[str]
    blocks: Mapping[str, BlockManifest]
    sampler: Mapping[str, Any]
    diagnostics: Mapping[str, Any]
    library_versions: Mapping[str, str]
    laws: Sequence[LawManifest]
    data_notice: str
    code_version: str
    sha256: str


_TYPES: dict[str, type | tuple[type, ...]] = {
    "schema_version": int,
    "name": str,
    "as_of": str,
    "data_cutoff": str,
    "seed": int,
    "draws": int,
    "status": str,
    "reasons": tuple,
    "nowcast": dict,
    "priors": dict,
    "data_digests": dict,
    "data_digest": str,
    "hindsight_rows": dict,
    "prior_only": tuple,
    "blocks": dict,
    "sampler": dict,
    "diagnostics": dict,
    "library_versions": dict,
    "laws": tuple,
    "data_notice": str,
    "code_version": str,
    "sha256": str,
}


class FrozenDict(dict[str, Any]):
    """A dictionary that refuses to be changed; it pickles and copies as itself."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a posterior is frozen: build a new one")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[str, Any]]]:
        return FrozenDict, (dict(self),)


def freeze(value: Any) -> Any:
    """Deep frozen copy in JSON's types: FrozenDict, tuple, str, int, float, bool, None."""
    if isinstance(value, Mapping):
        return FrozenDict({str(key): freeze(item) for key, item in value.items()})
    if isinstance(value, np.ndarray | np.generic):
        return freeze(value.tolist())
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def make(raw: Mapping[str, Any]) -> Manifest:
    """A frozen, checked manifest from any mapping (numpy numbers, dates and lists are converted).

    Raises
    ------
    ArtefactError
        Naming the first key that is missing, unknown, of the wrong type or at odds with another.
    """
    manifest = cast(Manifest, freeze(raw))
    check(manifest)
    return manifest


def to_json(manifest: Mapping[str, Any]) -> str:
    """Canonical text: sorted keys, two spaces, one newline at the end; equal manifests give equal bytes."""
    return json.dumps(manifest, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str) -> Manifest:
    """The manifest of `to_json`'s text.

    Raises
    ------
    ArtefactError
        When it is not JSON, of another schema version, or fails a check.
    """
    return make(parse(text))


def named(data: bytes, name: str) -> Manifest:
    """The manifest in the bytes of a file, which must be that of the posterior `name`.

    Raises
    ------
    ArtefactError
        When it is not text, fails a check, or is that of another posterior.
    """
    try:
        manifest = from_json(data.decode())
    except UnicodeDecodeError as error:
        raise ArtefactError("the manifest is not text", field="manifest") from error
    told = f"{manifest['as_of']}-{manifest['sha256'][:12]}"
    if not manifest["name"] == told == name:
        what = f"manifest field name is {manifest['name']!r}, its content says {told!r}, the file {name!r}"
        raise ArtefactError(what, field="manifest.name")
    return manifest


def parse(text: str) -> dict[str, Any]:
    """The JSON object in `text`, unchecked beyond that.

    Raises
    ------
    ArtefactError
        When it is not a JSON object.
    """
    try:
        raw = json.loads(text)
        if not isinstance(raw, dict):
            raise ArtefactError("the manifest is not a JSON object", field="manifest")
        frozen: dict[str, Any] = freeze(raw)
    except ValueError as error:
        raise ArtefactError(f"the manifest is not JSON ({error})", field="manifest") from error
    except RecursionError as error:
        raise ArtefactError("the manifest is not JSON of ours: it is nested too deeply", field="manifest") from error
    return frozen


def unsealed(manifest: Manifest) -> dict[str, Any]:
    """The manifest without the keys that follow from the bytes of the draws."""
    return {key: value for key, value in manifest.items() if key not in SEAL}


def check(manifest: Manifest) -> None:
    """Raise ArtefactError unless every field is there, of its type, and consistent with the others."""
    _check_version(manifest)
    _check_types(manifest)
    _require(manifest["status"] in STATUSES, "status", f"is {manifest['status']!r}, not one of {', '.join(STATUSES)}")
    _require(manifest["draws"] > 0, "draws", "is not positive")
    _check_dates(manifest)
    sha256 = manifest["sha256"]
    _require(not sha256 or bool(re.fullmatch(r"[0-9a-f]{64}", sha256)), "sha256", "is not 64 hexadecimal digits")
    for block in BLOCKS:
        _check_block(manifest, block)


def _require(condition: bool, field: str, what: str) -> None:
    if not condition:
        raise ArtefactError(f"manifest field {field} {what}", field=f"manifest.{field}")


def _check_version(manifest: Mapping[str, Any]) -> None:
    version = manifest.get("schema_version")
    _require(isinstance(version, int), "schema_version", "is missing, so this is not a posterior of timelines")
    remedy = "upgrade timelines" if cast(int, version) > SCHEMA_VERSION else "make a new posterior with `timelines fit`"
    what = f"is {version}, this program reads {SCHEMA_VERSION}: {remedy}"
    _require(version == SCHEMA_VERSION, "schema_version", what)


def _check_types(manifest: Mapping[str, Any]) -> None:
    for field, kind in _TYPES.items():
        _require(field in manifest, field, "is missing")
        value = manifest[field]
        fits = isinstance(value, kind) and not isinstance(value, bool)
        _require(fits, field, f"is {value!r:.60}, not of the right type")
    for field in manifest:
        _require(field in _TYPES, field, f"is unknown to schema version {SCHEMA_VERSION}")


def _check_dates(manifest: Manifest) -> None:
    days = {}
    for field, text in (("as_of", manifest["as_of"]), ("data_cutoff", manifest["data_cutoff"])):
        try:
            days[field] = date.fromisoformat(text)
        except ValueError:
            days[field] = date.min
        _require(days[field].isoformat() == text, field, f"is {text!r}, not a date YYYY-MM-DD")
    late = days["data_cutoff"] > days["as_of"]
    _require(not late, "data_cutoff", f"({manifest['data_cutoff']}) lies after as_of ({manifest['as_of']})")


def _check_block(manifest: Manifest, block: str) -> None:
    entry = manifest["blocks"].get(block)
    _require(isinstance(entry, dict), f"blocks.{block}", "is missing")
    for key in ("run", "model_version", "constants"):
        _require(key in cast(BlockManifest, entry), f"blocks.{block}.{key}", "is missing")
    constants = cast(BlockManifest, entry)["constants"]
    for constant in CONSTANTS:
        if constant.block == block:
            _check_constant(constants, constant)


def _check_constant(constants: Mapping[str, Any], constant: Constant) -> None:
    field = f"blocks.{constant.block}.constants.{constant.name}"
    _require(constant.name in constants, field, "is missing")
    value = constants[constant.name]
    wanted = f"is {value!r:.60}, not " + (f"a list along {constant.per}" if constant.per else "one finite value")
    _require(value is not None and isinstance(value, tuple) == bool(constant.per), field, wanted)
