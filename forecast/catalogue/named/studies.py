"""The scaling studies that were imported: one JSON file each in the folder `scales` of the state folder.

    store = StudyStore()
    store.add(ImportedScale("my-study", points, corpus=..., eval_set=..., source=..., published_on=...))
    Forecaster.load().when(loss=2.1, scale="my-study", budget_usd=1e8)

A file holds the study and the digest of what it holds; reading verifies both. It is put in its place whole or not at
all, and never over another: of two processes that import the same name at once one succeeds, and the other learns
whether it was the same study. No database is needed, so that answering stays light.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from forecast.catalogue.failures import RequestIdUsedError
from forecast.catalogue.named.files import NamedFiles
from forecast.engine.imported import ImportedScale, content_digest
from forecast.errors import ArtefactError, InputError
from forecast.posterior.state import state_folder

FORMAT = 1
_RESERVED = frozenset({"pooled", "mixture", "published"})  # what a law is called where a name is asked for


class ScaleTakenError(InputError):
    """A name that another scale has."""

    reason = "NAME_TAKEN"


class DamagedScaleError(ArtefactError):
    """The file of an imported scale fails a check."""

    reason = "DAMAGED_SCALE"


class StudyStore(NamedFiles[ImportedScale]):
    """The imported scales of a state folder."""

    kind, suffix = "imported scale", ".json"

    def folder(self) -> Path:
        """Where they lie."""
        return state_folder(self._home).scales

    def parse(self, name: str, data: bytes) -> ImportedScale:
        """The scale in a file's bytes, every part of it verified; DamagedScaleError where a check fails."""
        return _parsed(name, data)

    def add(self, scale: ImportedScale, taken: Iterable[str] = ()) -> ImportedScale:
        """Keep a scale; the same study under the same name again changes nothing.

        Parameters
        ----------
        scale : ImportedScale
            What to keep.
        taken : iterable of str
            Names that built-in scales and laws have.

        Returns
        -------
        ImportedScale
            As it is kept: with the request_id of its first import.

        Raises
        ------
        ScaleTakenError
            When its name belongs to something else.
        RequestIdUsedError
            When its request_id was used for another study.
        DamagedScaleError
            When the file under its name fails a check.
        StorageError
            When the state folder cannot be written.
        """
        self.check(scale, taken)
        self.create(scale.name, _text(scale).encode())
        return _same(self.get(scale.name), scale)

    def check(self, scale: ImportedScale, taken: Iterable[str] = ()) -> None:
        """Raise what `add` would raise, and keep nothing."""
        if scale.name in _RESERVED or scale.name in set(taken):
            message = f"{scale.name} is the name of a built-in scale or law; choose another"
            raise ScaleTakenError(message, field="scale_id")
        if scale.name in self.names():
            _same(self.get(scale.name), scale)
        for kept in self.list() if scale.request_id else ():
            if kept.request_id == scale.request_id and kept.digest != scale.digest:
                message = f"request_id {scale.request_id} was used to import {kept.name}; give each request its own"
                raise RequestIdUsedError(message, field="request_id")


class StoredScales(Mapping[str, ImportedScale]):
    """The imported scales of a state folder as a live mapping: what is imported or removed shows at once.

    Parameters
    ----------
    home : Path or str, optional
        The state folder.
    """

    def __init__(self, home: Path | str | None = None) -> None:
        self._store = StudyStore(home)
        self._kept: dict[str, tuple[bytes, ImportedScale]] = {}

    def __getitem__(self, name: str) -> ImportedScale:
        data = self._store.read(name)
        if data is None:
            self._kept.pop(name, None)
            raise KeyError(name)
        kept = self._kept.get(name)
        if kept is None or kept[0] != data:
            kept = self._kept[name] = data, _parsed(name, data)
        return kept[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._store.names())

    def __len__(self) -> int:
        return len(self._store.names())


def _same(kept: ImportedScale, scale: ImportedScale) -> ImportedScale:
    if kept.digest == scale.digest:
        return kept
    message = (
        f"another study is imported as {scale.name}; choose another name, or remove that one first with "
        f"`timelines scale remove {scale.name}`"
    )
    raise ScaleTakenError(message, field="scale_id")


def _text(scale: ImportedScale) -> str:
    held = {"format": FORMAT, "request_id": scale.request_id, "scale": scale.content()}
    return json.dumps(held | {"sha256": content_digest(held)}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _parsed(name: str, data: bytes) -> ImportedScale:
    """The scale in a file's bytes, every part of it verified."""
    try:
        held = json.loads(data)
        _require(held["format"] == FORMAT, f"its format is {held['format']!r:.20}, this program reads {FORMAT}")
        digest = held.pop("sha256", "")
        _require(content_digest(held) == digest, "its content is not what its digest says")
        scale = _scale(held["scale"], held["request_id"])
        _require(scale.name == name, f"it holds the scale {scale.name}")
    except InputError as error:
        raise _damaged(name, error.message) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _damaged(name, "it is not a study that timelines kept") from error
    return scale


def _damaged(name: str, why: str) -> DamagedScaleError:
    message = (
        f"the file of scale {name} is damaged ({why}): remove it with `timelines scale remove {name}`, then import the "
        "study again"
    )
    return DamagedScaleError(message, field="target.loss.scale")


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise InputError(what)


def _scale(content: Mapping[str, Any], request_id: str) -> ImportedScale:
    points = tuple((point["training_flop"], point["loss_nats_per_token"]) for point in content["points"])
    return ImportedScale(**{**content, "points": points, "request_id": request_id})
