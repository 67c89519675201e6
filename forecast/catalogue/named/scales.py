"""Every loss scale that questions can name on a posterior: its fitted groups, its published laws, imported studies.

The posterior says which groups and laws there are. Corpus, evaluation set and source of a group are the tables': where
the tables have changed since the fit and no longer know it, those stay empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from forecast.catalogue.named.studies import StudyStore
from forecast.data import stored
from forecast.data.raw import Row
from forecast.data.sources import SOURCES
from forecast.engine import laws
from forecast.engine.checkpoint import Checkpoint, proceed
from forecast.engine.imported import ImportedScale
from forecast.errors import DataError, InputError, StorageError, UnknownNameError
from forecast.posterior.artefact import Posterior
from forecast.posterior.manifest import LawManifest
from forecast.posterior.state import state_folder

Origin = Literal["fitted", "published_law", "imported"]

CHECK_DRAWS, CHECK_SEED = 200, 1
LAW_FORM = ("name", "floor_nats", "coefficient_nats", "flop_unit", "exponent", "published_on", "source")
_PLAIN = ("corpus", "tokenizer", "eval_set", "source", "published_on", "flop_low", "flop_high")


@dataclass(frozen=True, slots=True)
class ScaleRecord:
    """One scale.

    Attributes
    ----------
    name : str
        By which questions name it.
    origin : {"fitted", "published_law", "imported"}
        Runs that the posterior was fitted on, a published law, or a user's study.
    corpus, tokenizer, eval_set, source : str
        What the models were trained on, what a token is, what the loss is measured on, where it was published; empty
        where it is not known.
    published_on : str
        YYYY-MM-DD.
    flop_low, flop_high : float
        Range of the evidence, FLOP; a low end of 0 is not known.
    laws : tuple of LawManifest
        Published laws stated on it.
    points : tuple of (float, float)
        Training FLOP and loss in nats per token; only of an imported one.
    relative_noise : float or None
        Of its points, where the importer knew it.
    """

    name: str
    origin: Origin
    corpus: str
    tokenizer: str
    eval_set: str
    source: str
    published_on: str
    flop_low: float
    flop_high: float
    laws: tuple[LawManifest, ...] = ()
    points: tuple[tuple[float, float], ...] = ()
    relative_noise: float | None = None


def known(posterior: Posterior, home: Path | str | None = None) -> tuple[ScaleRecord, ...]:
    """Every scale, in the order of their names; imported ones whose files are damaged are left out.

    Raises
    ------
    StorageError
        When the state folder may not be read.
    """
    own = built_in(posterior, home)
    names = {record.name for record in own}
    imported = [of_import(scale) for scale in StudyStore(home).list() if scale.name not in names]
    return tuple(sorted((*own, *imported), key=lambda record: record.name))


def find(name: str, posterior: Posterior, home: Path | str | None = None) -> ScaleRecord:
    """One scale by its name.

    Raises
    ------
    UnknownNameError
        When there is none of that name; lists those that are.
    DamagedScaleError
        When it was imported, and its file fails a check.
    """
    own = {record.name: record for record in built_in(posterior, home)}
    store = StudyStore(home)
    if name not in own and name not in (imported := store.names()):
        raise UnknownNameError("scale", f"{name:.80}", (*own, *imported), field="name")
    return own[name] if name in own else of_import(store.get(name))


def built_in(posterior: Posterior, home: Path | str | None = None) -> tuple[ScaleRecord, ...]:
    """The posterior's own scales: its groups, then those of its published laws."""
    folder = state_folder(home).tables
    return (*_groups(posterior, folder), *_of_laws(posterior, folder))


def of_import(scale: ImportedScale) -> ScaleRecord:
    """An imported study as a record, with its points."""
    flop = [flop for flop, _ in scale.points]
    return ScaleRecord(
        name=scale.name,
        origin="imported",
        corpus=scale.corpus,
        tokenizer=scale.tokenizer,
        eval_set=scale.eval_set,
        source=scale.source,
        published_on=scale.published_on.isoformat(),
        flop_low=min(flop),
        flop_high=max(flop),
        points=scale.points,
        relative_noise=scale.relative_noise,
    )


def import_study(
    scale: ImportedScale,
    posterior: Posterior,
    home: Path | str | None = None,
    *,
    validate_only: bool = False,
    checkpoint: Checkpoint = proceed,
) -> ImportedScale:
    """Check a study whole, and keep it: from then on questions can name it.

    Parameters
    ----------
    scale : ImportedScale
        The study; its values are checked already.
    posterior : Posterior
        Whose names it may not take, and with whose population its law is fitted once to see whether there is one.
    home : Path or str, optional
        The state folder.
    validate_only : bool
        Check everything, keep nothing.
    checkpoint : callable
        Called between the steps of the fit.

    Returns
    -------
    ImportedScale
        As it is kept.

    Raises
    ------
    ScaleTakenError
        When its name belongs to something else.
    RequestIdUsedError
        When its request_id was used for another study.
    InputError
        When no law comes near its points.
    StorageError
        When the state folder cannot be written.
    """
    store, taken = StudyStore(home), taken_names(posterior, home)
    store.check(scale, taken)
    if "loss" not in posterior.prior_only:
        scale.fit(posterior, CHECK_DRAWS, CHECK_SEED, checkpoint)
    return scale if validate_only else store.add(scale, taken)


def remove(name: str, posterior: Posterior, home: Path | str | None = None) -> None:
    """Forget an imported scale.

    Raises
    ------
    InputError
        When it is a built-in one.
    UnknownNameError
        When there is none of that name; lists the imported ones.
    """
    store = StudyStore(home)
    if name in taken_names(posterior, home) and name not in store.names():
        raise InputError(f"{name} is built in, and stays; only imported scales can be removed", field="name")
    store.remove(name)


def taken_names(posterior: Posterior, home: Path | str | None = None) -> frozenset[str]:
    """Names of every built-in scale and law, also of those that this posterior does not know yet."""
    folder = state_folder(home).tables
    groups = (row["group"] for row in _rows("loss_points", folder))
    stated = (row[key] for row in _rows("laws", folder) for key in ("name", "scale"))
    names = (law["name"] for law in posterior.manifest["laws"])
    return frozenset((*groups, *stated, *names, *laws.known_scales(posterior)))


def _groups(posterior: Posterior, folder: Path) -> Iterator[ScaleRecord]:
    cutoff = posterior.data_cutoff
    rows = [row for row in _rows("loss_points", folder) if row["published_on"] <= cutoff]
    constants = posterior.constants("loss")
    for i, name in enumerate(laws.groups(posterior)):
        points = [row for row in rows if row["group"] == name]
        flop = [row["training_flop"] for row in points]
        yield ScaleRecord(
            name=name,
            origin="fitted",
            corpus=_listed(row["corpus"] for row in points),
            tokenizer="",
            eval_set=_listed(row["eval_set"] for row in points),
            source=_listed(_source(row["source"]) for row in points),
            published_on=str(constants["published_on"][i]),
            flop_low=min(flop, default=0.0),
            flop_high=max(flop, default=10 ** float(constants["log10_c_max"][i])),
        )


def _of_laws(posterior: Posterior, folder: Path) -> Iterator[ScaleRecord]:
    rows = {row["name"]: row for row in _rows("laws", folder)}
    stated: dict[str, list[LawManifest]] = {}
    for law in posterior.manifest["laws"]:
        stated.setdefault(law["scale"], []).append(law)
    groups = laws.groups(posterior)
    return (_of_law(name, found, rows) for name, found in stated.items() if name not in groups)


def _of_law(name: str, stated: Sequence[LawManifest], rows: Mapping[str, Row]) -> ScaleRecord:
    newest = max(stated, key=lambda law: law["published_on"])
    told = rows.get(newest["name"], {})
    return ScaleRecord(
        name=name,
        origin="published_law",
        corpus=told.get("corpus") or "",
        tokenizer=told.get("tokenizer") or "",
        eval_set=told.get("eval_set") or "",
        source=_source(newest["source"]),
        published_on=newest["published_on"],
        flop_low=min(law["flop_low"] for law in stated),
        flop_high=max(law["flop_high"] for law in stated),
        laws=tuple(LawManifest(**{**law, "source": _source(law["source"])}) for law in stated),
    )


def _rows(table: str, folder: Path) -> list[Row]:
    """The user's own table, else the shipped one: a broken table of theirs must not hide which scales there are."""
    try:
        return stored.read_rows(table, folder)
    except (DataError, StorageError):
        return stored.read_rows(table)


def _source(key: str) -> str:
    """Title and address of a registered source; of another its key."""
    return f"{SOURCES[key].title}, {SOURCES[key].url}" if key in SOURCES else key


def _listed(values: Iterable[str]) -> str:
    return "; ".join(sorted(set(values)))


def scale_dict(record: ScaleRecord, *, points: bool = True) -> dict[str, Any]:
    """The record as JSON values: what protobuf's own JSON makes of its message, to the letter.

    Parameters
    ----------
    record : ScaleRecord
        The scale.
    points : bool
        Whether the study's points are told.
    """
    fields: dict[str, Any] = {
        "name": f"scales/{record.name}",
        "origin": f"SCALE_ORIGIN_{record.origin.upper()}",
        **{name: getattr(record, name) for name in _PLAIN},
        "laws": [{name: law[name] for name in LAW_FORM} for law in record.laws],  # type: ignore[literal-required]
    }
    if points:
        fields["points"] = [{"training_flop": flop, "loss_nats_per_token": loss} for flop, loss in record.points]
    told = {name: value for name, value in fields.items() if value}
    return told if record.relative_noise is None else told | {"relative_noise": record.relative_noise}
