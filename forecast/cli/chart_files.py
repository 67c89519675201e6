"""Charts that were asked for alone as files: drawn here, or from the specification that a server gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecast.cli.ask import portable
from forecast.errors import InputError
from forecast.storage.atomic import write_bytes

if TYPE_CHECKING:
    from timelines import Chart, Client

SUFFIXES = (".svg", ".png", ".html", ".json", ".csv")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as a file may want it.

    Attributes
    ----------
    title, csv : str
        What it says, and the numbers behind it.
    specification : callable
        Its Vega-Lite specification with its title inside, as JSON text.
    page : callable
        A page with it.
    """

    title: str
    csv: str
    specification: Callable[[], str]
    page: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Asking:
    """Which chart is asked for.

    Attributes
    ----------
    kind : str
        One of `forecast.batch.chart_kinds.KINDS`.
    questions : mapping
        Keywords of each question by its name.
    layout, colours : str
        As `forecast.reports.theme.theme_of` takes them.
    lines : tuple of float
        Budgets, 2023 US dollars.
    """

    kind: str
    questions: Mapping[str, dict[str, Any]]
    layout: str
    colours: str
    lines: tuple[float, ...]

    def here(self) -> Drawing:
        """The chart, drawn by this program.

        Raises
        ------
        InputError
            When a question is wrong, or has no such chart.
        """
        from forecast.batch.chart_kinds import Asked
        from forecast.forecaster import Forecaster
        from forecast.reports.asked_charts import draw
        from forecast.reports.render import picture_page
        from forecast.reports.theme import theme_of

        forecaster = Forecaster.load()
        asked = [Asked(name, forecaster.question(**one)) for name, one in self.questions.items()]
        found = draw(self.kind, forecaster, asked, self.lines)
        if found.picture is None:
            raise _absent(found.absent)
        picture = found.picture
        theme = theme_of(self.layout, self.colours, titled=True)
        return Drawing(picture.title, picture.csv(), lambda: picture.json(theme), lambda: picture_page(picture))

    def there(self, client: Client) -> Drawing:
        """The chart, drawn by a server.

        Raises
        ------
        InputError
            When the question has no such chart.
        TimelinesError
            When the server says so.
        """
        told = self._served(client, self.layout, self.colours, titled=True)
        if told.absent:
            raise _absent(told.absent)
        return Drawing(told.title, told.csv, lambda: told.raw.vega_lite, lambda: self._page(client, told))

    def _served(self, client: Client, layout: str, colours: str, *, titled: bool) -> Chart:
        asked = {name: portable(one) for name, one in self.questions.items()}
        look: Any = {"layout": layout, "colours": colours, "titled": titled}
        kind: Any = self.kind
        return client.chart(kind, questions=asked, budgets_usd=self.lines, **look)

    def _page(self, client: Client, told: Chart) -> str:
        """A page is drawn in every layout, each of which the server is asked for."""
        import csv
        import io

        from forecast.reports.picture import Picture
        from forecast.reports.render import picture_page
        from forecast.reports.theme import Theme

        def drawn(theme: Theme) -> dict[str, Any]:
            return self._served(client, theme.layout.name, "css_variables", titled=False).vega_lite

        columns, *rows = csv.reader(io.StringIO(told.csv))
        return picture_page(
            Picture(
                self.kind, told.title, told.subtitle, told.description, tuple(columns), tuple(map(tuple, rows)), drawn
            )
        )


def check_file(path: Path) -> None:
    """Refuse a file that cannot be drawn, before anything is worked out.

    Raises
    ------
    InputError
        For another suffix.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"--out {path} has the suffix {path.suffix!r}; give one of {', '.join(SUFFIXES)}", field="out")


def write(drawing: Drawing, path: Path) -> str:
    """Write a chart as its file's suffix says; its title.

    Raises
    ------
    InputError
        Where what draws pictures is not installed.
    StorageError
        When the file cannot be written.
    """
    write_bytes(path, _content(drawing, path.suffix.lower()))
    return drawing.title


def _content(drawing: Drawing, suffix: str) -> bytes:
    if suffix == ".csv":
        return drawing.csv.encode()
    if suffix == ".json":
        return (drawing.specification() + "\n").encode()
    if suffix == ".html":
        return drawing.page().encode()
    from forecast.reports.drawing import png_of
    from forecast.reports.picture import svg_of

    return png_of(drawing.specification()) if suffix == ".png" else svg_of(drawing.specification()).encode()


def _absent(reason: str) -> InputError:
    return InputError(f"there is no such chart: {reason}", field="kind")
