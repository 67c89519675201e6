"""The gallery: three real reports, written by the command and looked at in a real browser.

`python -m tests.browser.gallery` writes docs/gallery.md and its pictures anew. A report that complains in the browser,
asks the network for anything or reaches past its window ends it.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from forecast.batch.reading import read_spec
from forecast.evaluation.outcome import since_then
from forecast.forecaster import Forecaster
from forecast.posterior import selection
from tests.browser.browsing import DESK, PHONE, Opened, browser, opened
from tests.browser.explorer import gallery as explorer

ROOT = Path(__file__).resolve().parents[2]
PAGE, FOLDER = ROOT / "docs" / "gallery.md", ROOT / "docs" / "gallery"
QUALITY = 0.8
_AS_WEBP = """async ([shot, quality]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${shot}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", quality).split(",")[1];
}"""


@dataclass(frozen=True)
class Shown:
    """A report of the gallery.

    Attributes
    ----------
    name, heading : str
        Of its files, and over it.
    words : str
        What it is.
    arguments : tuple of str
        Of `timelines report`, without --out.
    first, last : str
        Figures that its pictures show beside its top: on the desk in the dark, and on the phone.
    """

    name: str
    heading: str
    words: str
    arguments: tuple[str, ...]
    first: str
    last: str


@dataclass(frozen=True)
class Shot:
    """A picture of a page: its file's ending, what it shows, and how the window was."""

    ending: str
    about: str
    width: int
    scheme: str
    last: str


REPORTS = (
    Shown(
        name="headline",
        heading="The default report",
        words="What `make forecast` draws: the headline question, asked otherwise in five ways, and 45 others.",
        arguments=(),
        first="scenarios",
        last="yearly",
    ),
    Shown(
        name="fixed-payer",
        heading="A payer with a fixed sum",
        words="A billion dollars, and a tenth, ten and a hundred times that, under the law pooled over all studies.",
        arguments=("docs/gallery/fixed-payer.yaml",),
        first="cost",
        last="binding",
    ),
    Shown(
        name="as-of-2021",
        heading="A report of December 2021, and what came after",
        words="By the posterior of that day, which saw nothing published later.",
        arguments=("docs/gallery/as-of-2021.yaml", "--as-of", "2021-12-15"),
        first="yearly",
        last="compute",
    ),
)


def shots(report: Shown) -> tuple[Shot, ...]:
    """The pictures of a report: its top and a figure, wide and narrow, light and dark."""
    return (
        Shot("top", "the top of the page, 1280 px wide, light", DESK, "light", ""),
        Shot("chart-dark", f"the chart `{report.first}`, 1280 px wide, dark", DESK, "dark", report.first),
        Shot("phone", "the top of the page on a phone, light", PHONE, "light", ""),
        Shot("phone-dark", f"the chart `{report.last}` on a phone, dark", PHONE, "dark", report.last),
    )


def written(report: Shown, folder: Path) -> Path:
    """The folder of a report, made by the command from the shipped posteriors; strictly."""
    place = folder / report.name
    command = [Path(sys.executable).with_name("timelines"), "report", *report.arguments, "--strict", "--out", place]
    environment = {**os.environ, "TIMELINES_HOME": str(folder / "home")}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return place


def pictures(started: Browser, report: Shown, page: Path) -> Iterator[tuple[Shot, bytes]]:
    """Every picture of a report as WebP."""
    for shot in shots(report):
        scale = 2 if shot.width == PHONE else 1
        window = {"width": shot.width, "height": 1000}
        with opened(started, page, viewport=window, device_scale_factor=scale, color_scheme=shot.scheme) as shown:
            shown.scroll_through()
            shown.page.wait_for_timeout(500)
            complaints = [*shown.said, *shown.asked, *shown.too_wide()]
            if complaints:
                raise SystemExit(f"{page} at {shot.width} px: {complaints}")
            yield shot, packed(shown.page, shown.page.screenshot(full_page=True, clip=_clip(shown, shot)))


def packed(page: Page, taken: bytes) -> bytes:
    """A screenshot as WebP, by the browser itself."""
    return base64.b64decode(page.evaluate(_AS_WEBP, [base64.b64encode(taken).decode(), QUALITY]))


def _clip(shown: Opened, shot: Shot) -> Any:
    """The part of the page that a picture shows: a figure, or from the top through the first figure."""
    figure = shown.page.locator(f"#{shot.last}" if shot.last else "figure:visible").first
    box = figure.bounding_box()
    assert box is not None
    edge = 24 if shot.width == DESK else 16
    top = box["y"] - edge if shot.last else 0
    side = 190 if shot.width == DESK else 0  # margins say nothing
    return {"x": side, "y": top, "width": shot.width - 2 * side, "height": box["y"] + box["height"] + edge - top}


def came(report: Shown) -> str:
    """What has come since a report of the past; nothing for one of today."""
    if "--as-of" not in report.arguments:
        return ""
    spec, _, day = report.arguments
    answer = Forecaster(selection.find(as_of=date.fromisoformat(day))).when(**read_spec(ROOT / spec).lead)
    found = since_then(answer)
    assert found is not None
    return f"What came: {found.in_words()}\n\n"


def told(report: Shown, place: Path, page_bytes: int) -> str:
    """The report's part of the gallery."""
    found = json.loads((place / "report.json").read_text(encoding="utf-8"))
    spec = f"[{Path(report.arguments[0]).name}](gallery/{report.name}.yaml)" if report.arguments else "the default spec"
    command = " ".join(["timelines report", *report.arguments, "--out", "report"])
    one, two, three, four = (
        f'<img src="gallery/{report.name}-{shot.ending}.webp" alt="{report.heading}: {shot.about.replace("`", "")}"'
        f' width="{"100%" if shot.width == DESK else "48%"}">'
        for shot in shots(report)
    )
    return (
        f"## {report.heading}\n\n{report.words} From {spec}: a page of {page_bytes / 1e6:.1f} MB.\n\n"
        f"```sh\n{command}\n```\n\n> {found['headline']}\n\n{came(report)}{one}\n\n{two}\n\n{three} {four}\n"
    )


_TOP = """# Gallery

Three reports as `timelines report` writes them, and [the explorer](#the-explorer), as Chromium shows them.
`make gallery` writes them and this page anew; it ends where a page complains, asks the network for anything, or
reaches past its window.
"""


def main() -> None:
    """Write the gallery."""
    parts = [_TOP]
    with tempfile.TemporaryDirectory() as folder, browser() as started:
        for report in REPORTS:
            place = written(report, Path(folder))
            page = place / "report.html"
            parts.append(told(report, place, page.stat().st_size))
            for shot, data in pictures(started, report, page):
                _keep(f"{report.name}-{shot.ending}", data)
        _show_explorer(started)
    parts.append(explorer.told())
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    print(PAGE.relative_to(ROOT))


def _show_explorer(started: Browser) -> None:
    with tempfile.TemporaryDirectory() as blank:
        file = Path(blank) / "blank.html"
        file.write_text("<!doctype html><title>A page without a policy, to pack pictures in</title>", encoding="utf-8")
        with opened(started, file) as room:
            for state, taken in explorer.pictures(started):
                _keep(f"explorer-{state.name}", packed(room.page, taken))


def _keep(name: str, data: bytes) -> None:
    target = FOLDER / f"{name}.webp"
    target.write_bytes(data)
    print(f"{target.relative_to(ROOT)}: {len(data) / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
