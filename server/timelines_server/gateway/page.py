"""The explorer: a built page with its scripts and styles, served as it lies in the package.

It holds no data, so that it needs no token; what it asks for is asked with one. It is built by `make explorer`.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parent / "page"
INDEX = "index.html"
MISSING = "the explorer is not built here: run `make explorer` where the sources are; the services answer all the same"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may do: run its own scripts, and call the server that it came from."""

TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".png": "image/png",
    ".ico": "image/x-icon",
}
_PACKED = (".png", ".ico")
_UNSERVED = ("built_from.txt",)
_HASHED = re.compile(r"^/assets/.+-[\w-]{8,}\.\w+$")
_YEAR_S = 365 * 24 * 3600

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class File:
    """One file of the page.

    Attributes
    ----------
    path : str
        Where it is served.
    content : bytes
        What it holds.
    """

    path: str
    content: bytes

    @cached_property
    def tag(self) -> str:
        """What changes with the content."""
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'

    @cached_property
    def packed(self) -> bytes | None:
        """Compressed by gzip; None where that is no gain."""
        if self.path.endswith(_PACKED):
            return None
        made = gzip.compress(self.content, 9, mtime=0)
        return made if len(made) < len(self.content) else None

    def headers(self) -> Headers:
        """What every answer with it says."""
        kept = f"public, max-age={_YEAR_S}, immutable" if _HASHED.match(self.path) else "no-cache"
        return _encoded(
            ("content-type", TYPES[Path(self.path).suffix]),
            ("cache-control", kept),
            ("etag", self.tag),
            ("vary", "accept-encoding"),
            ("content-security-policy", POLICY),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: a status, headers and a body."""

    status: int
    headers: Headers
    body: bytes


class Page:
    """The page's files, by the path at which each is served.

    Parameters
    ----------
    folder : Path
        Where they lie; it may be missing.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        files = sorted(file for file in folder.rglob("*") if file.is_file()) if folder.is_dir() else []
        found = {f"/{file.relative_to(folder).as_posix()}": file for file in files if _is_served(file)}
        self._files = {path: File(path, file.read_bytes()) for path, file in found.items()}
        if f"/{INDEX}" in self._files:
            self._files["/"] = self._files[f"/{INDEX}"]

    def __bool__(self) -> bool:
        return "/" in self._files

    def find(self, path: str) -> File | None:
        """The file at a path, which is compared whole: none leads out of the folder."""
        return self._files.get(path)

    async def answer(self, file: File, headers: Mapping[str, str]) -> Answer:
        """What a GET of a file is told: its content, or that the asker has it.

        Parameters
        ----------
        file : File
            As `find` gave it.
        headers : mapping
            Of the request, names in lower case.
        """
        told = file.headers()
        if file.tag in _listed(headers.get("if-none-match", "")):
            return Answer(304, told, b"")
        packed = None
        if "gzip" in _listed(headers.get("accept-encoding", "")):
            packed = await asyncio.to_thread(lambda: file.packed)  # once; the largest takes a moment
        if packed is None:
            return Answer(200, [*told, *_length(file.content)], file.content)
        return Answer(200, [*told, *_encoded(("content-encoding", "gzip")), *_length(packed)], packed)


def _is_served(file: Path) -> bool:
    return file.suffix in TYPES and file.name not in _UNSERVED


def _listed(header: str) -> Iterable[str]:
    """The items of a header that lists them, without their weights; those of no weight left out."""
    items = (item.strip().split(";") for item in header.split(","))
    return [name.strip().removeprefix("W/") for name, *rest in items if "q=0" not in (one.strip() for one in rest)]


def _encoded(*headers: tuple[str, str]) -> Headers:
    return [(name.encode(), value.encode()) for name, value in headers]


def _length(body: bytes) -> Headers:
    return _encoded(("content-length", str(len(body))))
