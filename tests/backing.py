"""What the tests of backups share: a state folder with some of everything, what it remembers, archives of bad faith."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from forecast.catalogue.entries.published import Record
from forecast.catalogue.store import Catalogue
from forecast.posterior import selection
from forecast.posterior.artefact import write
from forecast.posterior.state import state_folder
from tests.synthetic import synthetic_posterior


def fill(root: Path) -> Path:
    """Make a state folder with some of everything."""
    home = state_folder(root)
    for seed, day in ((1, date(2026, 11, 20)), (2, date(2026, 11, 20)), (3, date(2020, 7, 27))):
        write(synthetic_posterior(50, seed=seed, as_of=day), home.posteriors)
    for folder, file in ((home.scenarios, "mine.yaml"), (home.scales, "my-study.json"), (home.tables / "new", "a.csv")):
        folder.mkdir(parents=True)
        (folder / file).write_text(f"what {file} says")
    for left_out in (home.fetched / "a", home.compile_cache):
        left_out.mkdir(parents=True)
        (left_out / "b").write_text("can be made again")
    names = [entry.name for entry in selection.available(home.root) if entry.origin == "state"]
    with Catalogue.open(home.root) as catalogue:
        for name in names:
            if name.startswith("2026"):
                catalogue.set_current(name)
        catalogue.records.add(record(selection.current_entry(home.root).name))
        catalogue.fits.create({"as_of": "2026-11-20"})
    return home.root


def record(posterior: str) -> Record:
    words = dict.fromkeys(("series", "title", "note", "code_version", "citation"), "x")
    return Record(**words, question={"flop": 1e29}, answer={"p": 0.5}, posterior=posterior, posterior_sha256="0" * 64)


def remembered(home: Path) -> dict[str, Any]:
    """What the catalogue of a state folder says."""
    with Catalogue.open(home) as catalogue:
        return {
            "history": catalogue.history(),
            "posteriors": catalogue.list(),
            "records": catalogue.records.list(),
            "fits": catalogue.fits.list(),
            "current": catalogue.current(),
        }


def crafted(file: Path, edit: Callable[[list[tuple[tarfile.TarInfo, bytes]]], object]) -> None:
    """The backup with other members."""
    with tarfile.open(file) as archive:
        members = [(member, data.read()) for member in archive if (data := archive.extractfile(member))]
    edit(members)
    with tarfile.open(file, "w") as archive:
        for member, content in members:
            member.size = len(content) if member.isreg() else 0
            archive.addfile(member, io.BytesIO(content))


def plain(name: str, data: bytes = b"x") -> tuple[tarfile.TarInfo, bytes]:
    return tarfile.TarInfo(name), data


def linked(name: str, kind: bytes) -> tuple[tarfile.TarInfo, bytes]:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, "../../outside"
    return member, b""


def renamed(members: list[tuple[tarfile.TarInfo, bytes]], told: dict[str, Any] | None, **changes: str) -> None:
    """Change names in the manifest and of the members alike."""
    manifest = json.loads(members[0][1]) | (told or {})
    for old, new in changes.items():
        for table in (manifest["files"], manifest["written_ns"]):
            key = next(name for name in table if old in name)
            table[new] = table.pop(key)
        next(member for member, _ in members if old in member.name and member.name != "manifest.json").name = new
    members[0] = (members[0][0], json.dumps(manifest).encode())


def emptied(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    members[-1] = (members[-1][0], b"x" * len(members[-1][1]))


CRAFTED: dict[str, tuple[Callable[[Any], object], str]] = {
    "a stranger": (lambda members: members.append(plain("../../outside")), "does not name"),
    "an absolute name": (lambda members: members.append(plain("/outside")), "does not name"),
    "a way out that is named": (lambda members: renamed(members, None, mine="scenarios/../../outside"), "this version"),
    "a place of its own": (lambda members: renamed(members, None, mine="bin/program"), "no place in a state folder"),
    "a file at the top": (lambda members: renamed(members, None, mine="scenarios"), "no place in a state folder"),
    "a link": (
        lambda members: members.__setitem__(-1, linked(members[-1][0].name, tarfile.SYMTYPE)),
        "is not the file",
    ),
    "a hard link": (
        lambda members: members.__setitem__(-1, linked(members[-1][0].name, tarfile.LNKTYPE)),
        "not the file",
    ),
    "a device": (lambda members: members.__setitem__(-1, linked(members[-1][0].name, tarfile.CHRTYPE)), "not the file"),
    "a folder": (lambda members: members.append(linked("posteriors", tarfile.DIRTYPE)), "does not name"),
    "one twice": (lambda members: members.append(members[-1]), "twice"),
    "one missing": (lambda members: members.pop(), "missing from it"),
    "one that is another": (emptied, "the hash of"),
    "one that is longer": (lambda members: members.__setitem__(-1, (members[-1][0], b"x" * 99_999)), "is not the file"),
    "no manifest": (lambda members: members.pop(0), "does not begin with manifest.json"),
    "another manifest": (lambda members: members.__setitem__(0, plain("manifest.json", b"{}")), "this version reads"),
    "a report's manifest": (lambda members: renamed(members, {"kind": "report"}), "of another kind"),
    "a newer schema": (lambda members: renamed(members, {"schema": 2}), "use a newer version"),
    "no catalogue": (lambda members: renamed(members, {"catalogue": "none"}), "what it says of the catalogue"),
    "no times": (lambda members: renamed(members, {"written_ns": {}}), "of another kind"),
}
