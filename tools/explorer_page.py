"""The explorer's page as it is built and kept: its colours out of the reports' theme, its sources' digest, its size."""

from __future__ import annotations

import gzip
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from forecast.reports.theme import DARK, LIGHT, PAGE_FONT, css_variables

ROOT = Path(__file__).parent.parent
EXPLORER = ROOT / "clients" / "explorer"
PALETTE = EXPLORER / "src" / "style" / "palette.css"
PAGE = ROOT / "server" / "timelines_server" / "gateway" / "page"
STAMP = PAGE / "built_from.txt"
SOURCES = (
    EXPLORER / "src",
    EXPLORER / "index.html",
    EXPLORER / "scripts",
    EXPLORER / "vite.config.ts",
    EXPLORER / "package-lock.json",
    ROOT / "clients" / "typescript" / "src",
)
MOST_BYTES = 1_500_000
"""What a reader may have to load at most, compressed."""

_PALETTE = """/* Made from forecast/reports/theme.py by `python -m tools.explorer_page palette`. */
:root {{ --font: {font}; {light} color-scheme: light; }}
:root[data-scheme="dark"] {{ {dark} color-scheme: dark; }}
@media screen and (prefers-color-scheme: dark) {{ :root:not([data-scheme="light"]) {{ {dark} color-scheme: dark; }} }}
@media print {{ :root:root:root {{ {light} color-scheme: light; }} }}
"""


def palette() -> str:
    """The colours of reports as a style sheet that follows the reader's scheme, or what they chose against it."""
    return _PALETTE.format(font=PAGE_FONT, light=css_variables(LIGHT), dark=css_variables(DARK))


def digest() -> str:
    """SHA-256 over everything that the page is built from."""
    whole = hashlib.sha256()
    for file in _files():
        content = file.read_bytes()
        whole.update(f"{file.relative_to(ROOT).as_posix()}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def sizes() -> dict[str, int]:
    """Bytes of each file of the built page when it is compressed, by its path in the page."""
    files = (file for file in sorted(PAGE.rglob("*")) if file.is_file() and file != STAMP)
    return {file.relative_to(PAGE).as_posix(): len(gzip.compress(file.read_bytes(), 9)) for file in files}


def _files() -> Iterator[Path]:
    for source in SOURCES:
        found = source.rglob("*") if source.is_dir() else iter([source])
        yield from sorted(file for file in found if file.is_file())


def _stamp() -> None:
    STAMP.write_text(f"{digest()}\n", encoding="utf-8")
    found = sizes()
    for name, size in found.items():
        print(f"{size / 1e3:8.1f} kB  {name}")
    print(f"{sum(found.values()) / 1e3:8.1f} kB compressed in all, of {MOST_BYTES / 1e3:.0f}")


def main(step: str) -> None:
    """Write the palette before a build, or the stamp after it."""
    if step == "palette":
        PALETTE.write_text(palette(), encoding="utf-8")
    else:
        _stamp()


if __name__ == "__main__":
    main(sys.argv[1])
