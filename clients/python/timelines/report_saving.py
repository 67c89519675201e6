"""A report that comes in parts -> files in their place: checked, written beside it, moved there when all is whole."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from timelines.errors import ServerError, invalid
from timelines.parts import PosteriorGate
from timelines.values import shown

if TYPE_CHECKING:
    from timelines.report_requests import Format
    from timelines.v1 import report_service_pb2 as pb

MANIFEST = "manifest.json"
PAGE = "report.html"
PAGE_ENDINGS = (".html", ".htm")
# Each part of a name, so that no file can leave its folder, on no system: no `..`, no drive, no hidden file.
_PART = re.compile(r"[\w=+@][\w.=+@ ~%-]*(?<![. ])")


@dataclass(frozen=True, slots=True)
class SavedFile:
    """One file of a report.

    Attributes
    ----------
    path : Path
        Where it lies.
    name : str
        Its place in the report, such as `numbers/arrivals.csv`.
    size : int
        Bytes.
    sha256 : str
        Of its content, hexadecimal; it was checked.
    media_type : str
        Such as `text/html; charset=utf-8`.
    """

    path: Path
    name: str
    size: int
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class SavedReport:
    """A report that was saved.

    Attributes
    ----------
    path : Path
        The page, or the folder of all its files.
    files : tuple of SavedFile
        In the order in which they came.
    posterior : PosteriorGate
        What it rests on, and what its gates said.
    """

    path: Path
    files: tuple[SavedFile, ...]
    posterior: PosteriorGate

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


@dataclass(slots=True)
class _Coming:
    """A file of which parts are still to come."""

    told: pb.ReportFile
    out: IO[bytes]
    digest: Any = field(default_factory=hashlib.sha256)
    size: int = 0


class Saving:
    """Takes the parts of a report; in a `with` block, after which nothing half is left.

    Parameters
    ----------
    path : path
        A page, where it ends in `.html`; else a folder.

    Raises
    ------
    FileExistsError
        When there is something that no report is; before anything is asked.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).absolute()
        self.page_only = self.path.suffix.lower() in PAGE_ENDINGS
        self._beside = self.path.with_name(f".{self.path.name}.{secrets.token_hex(6)}.unfinished")
        self._coming: _Coming | None = None
        self._files: list[pb.ReportFile] = []
        self._posterior: PosteriorGate | None = None
        _check_place(self.path, self.page_only)

    def wanted(self, formats: Iterable[Format] | None) -> list[Format] | None:
        """The kinds of files to ask for: of a page alone, that page.

        Raises
        ------
        InvalidQuestionError
            When others are asked for beside a page alone.
        """
        listed = formats if formats is None or isinstance(formats, str) else list(formats)
        if not self.page_only:
            return listed
        if listed not in (None, ["html"]):
            raise invalid(f"formats is {shown(listed)}, and {self.path.name} is one page; give a folder", "formats")
        return ["html"]

    def __enter__(self) -> Self:
        self._beside.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._coming is not None:
            self._coming.out.close()
        shutil.rmtree(self._beside, ignore_errors=True)

    def add(self, part: pb.CreateReportResponse) -> None:
        """The next part.

        Raises
        ------
        ServerError
            When it does not follow on the one before, or a file is not what its header says.
        """
        match part.WhichOneof("part"):
            case "posterior":
                self._posterior = PosteriorGate.from_raw(part.posterior)
            case "file":
                self._finish_file()
                self._begin_file(part.file)
            case "chunk":
                self._write(part.chunk)

    def finish(self) -> SavedReport:
        """Move what was written to its place; there is nothing to come.

        Raises
        ------
        ServerError
            When the report is not whole.
        FileExistsError
            When something that no report is came in its way meanwhile.
        """
        self._finish_file()
        names = [file.name for file in self._files]
        if self._posterior is None or MANIFEST not in names or (self.page_only and PAGE not in names):
            raise ServerError(f"the report ended early: it has {len(names)} files and not all that it must have")
        _check_place(self.path, self.page_only)
        if self.page_only:
            os.replace(self._beside / PAGE, self.path)
            return SavedReport(self.path, (self._saved(names.index(PAGE), self.path),), self._posterior)
        self._replace_folder()
        saved = (self._saved(i, self.path / name) for i, name in enumerate(names))
        return SavedReport(self.path, tuple(saved), self._posterior)

    def _saved(self, i: int, path: Path) -> SavedFile:
        file = self._files[i]
        return SavedFile(path, file.name, file.size, file.sha256, file.media_type)

    def _begin_file(self, file: pb.ReportFile) -> None:
        taken = {other.name.lower() for other in self._files}
        if not all(map(_PART.fullmatch, file.name.split("/"))) or file.name.lower() in taken:
            raise ServerError(f"a file of the report is called {file.name[:80]!r}, which no file of a report can be")
        place = self._beside / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        self._coming = _Coming(file, place.open("xb"))

    def _write(self, chunk: bytes) -> None:
        coming = self._coming
        if coming is None or coming.size + len(chunk) > coming.told.size:
            raise ServerError("the report has bytes that belong to no file of it")
        coming.out.write(chunk)
        coming.digest.update(chunk)
        coming.size += len(chunk)

    def _finish_file(self) -> None:
        coming = self._coming
        if coming is None:
            return
        coming.out.close()
        if (coming.size, coming.digest.hexdigest()) != (coming.told.size, coming.told.sha256):
            name, sizes = coming.told.name[:80], f"{coming.size:,} of {coming.told.size:,} bytes"
            raise ServerError(f"{name} came damaged or cut off ({sizes}, or another SHA-256); ask again")
        self._files.append(coming.told)
        self._coming = None

    def _replace_folder(self) -> None:
        """What was there is moved aside, then removed; put back when the new one cannot take its place."""
        aside = self._beside.with_suffix(".replaced")
        was_there = self.path.exists()
        if was_there:
            os.replace(self.path, aside)
        try:
            os.replace(self._beside, self.path)
        except BaseException:
            if was_there:
                with suppress(OSError):
                    os.replace(aside, self.path)
            raise
        shutil.rmtree(aside, ignore_errors=True)


def _check_place(path: Path, page_only: bool) -> None:
    """Refuse to replace what is no report: a page may replace any file, a folder only an empty one or a report's."""
    if page_only:
        if path.is_dir():
            raise FileExistsError(f"{path} is a folder; give a file for the page, or a folder by another name")
        return
    if not path.exists() and not path.is_symlink():
        return
    if not path.is_dir() or path.is_symlink():
        raise FileExistsError(f"{path} is a file or a link; give a new or empty folder, or a name that ends in .html")
    foreign = sorted(_files_in(path) - _named_by_manifest(path))
    if foreign:
        shown = ", ".join(foreign[:3])
        message = f"{path} is not replaced: it holds {shown}, which no report left there; give a new or empty folder"
        raise FileExistsError(message)


def _files_in(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if not file.is_dir() or file.is_symlink()}


def _named_by_manifest(folder: Path) -> set[str]:
    """The files of the report in a folder; none where there is none."""
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
        return {MANIFEST, *told["files"]} if told["kind"] == "report" else set()
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()
