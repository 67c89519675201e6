"""What ReportService does beside reports: one chart at a time, drawn in a thread beside the event loop.

Charts that were asked for lately are remembered: everybody who opens a page begins with the same ones.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from itertools import count

from forecast.batch.chart_kinds import Asked
from forecast.engine.checkpoint import Checkpoint
from forecast.engine.laws import known_scales
from forecast.engine.parts import PosteriorStatus
from forecast.engine.question import Question, Target
from forecast.engine.recent import Recent
from forecast.forecaster import Forecaster
from timelines_server.allocator import return_free_pages
from timelines_server.handlers.reports import check_drawing
from timelines_server.manners.admission import Turns
from timelines_server.resources import Resources

REMEMBERED_BYTES = 8_000_000
"""Of charts: some fifty, four pages of one reader."""

_BETWEEN_TRIMS = 8
"""Charts that are drawn before the pages between what they leave are given back."""


@dataclass(frozen=True, slots=True)
class ChartOrder:
    """A chart that is asked for.

    Attributes
    ----------
    kind : str
        One of `forecast.batch.chart_kinds.KINDS`.
    asked : tuple of Asked
        The questions.
    layout, colours : str
        Of `LAYOUTS` and `COLOURS` there.
    titled : bool
        Whether the title stands inside the picture.
    budgets_usd : tuple of float
        Lines of money, 2023 US dollars; empty for the default.
    """

    kind: str
    asked: tuple[Asked, ...]
    layout: str
    colours: str
    titled: bool
    budgets_usd: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, or why there is none; as `DrawChartResponse`."""

    gate: PosteriorStatus
    absent: str = ""
    vega_lite: str = ""
    title: str = ""
    subtitle: str = ""
    description: str = ""
    csv: str = ""
    narrowest_px: int = 0
    widest_px: int = 0
    curves: tuple[tuple[str, str], ...] = ()


class ChartHandlers:
    """Draws charts.

    Parameters
    ----------
    resources : Resources
        The forecaster that answers now, and threads for what would hold up the event loop.
    room : Turns
        How many are drawn at once, and how many wait.
    """

    def __init__(self, resources: Resources, room: Turns) -> None:
        self._current, self._work, self._room = resources.current, resources.work, room
        self._recent: Recent[Chart] = Recent(REMEMBERED_BYTES, _size)
        self._numbers = count(1)

    async def chart(self, order: ChartOrder) -> Chart:
        """The chart, or why there is none.

        Raises
        ------
        CallError
            FAILED_PRECONDITION where the server cannot draw; RESOURCE_EXHAUSTED where too many wait already.
        ForecastError
            As `forecast.reports.asked_charts.draw`; NotReadyError while there is no posterior.
        """
        check_drawing()
        forecaster = self._current.forecaster
        key = _key(forecaster, order)
        remembered = None if key is None else self._recent.find(key)
        if remembered is not None:
            return remembered
        with self._room.place:
            async with self._room.turn:
                return await self._work.run(lambda checkpoint: self._drawn(key, forecaster, order, checkpoint))

    async def warm(self) -> None:
        """Draw a first chart, so that nobody waits for what it needs to be read; nothing where charts cannot be drawn.

        Raises
        ------
        ForecastError
            While there is no posterior.
        """
        await self.chart(WARMING)

    def _drawn(self, key: Hashable | None, forecaster: Forecaster, order: ChartOrder, checkpoint: Checkpoint) -> Chart:
        if next(self._numbers) % _BETWEEN_TRIMS == 0:
            return_free_pages()
        if key is None:
            return drawn(forecaster, order, checkpoint)
        return self._recent.get(key, lambda: drawn(forecaster, order, checkpoint))


WARMING = ChartOrder("arrival", (Asked("", Question(Target.training_flop(1e29))),), "wide", "css_variables", False)
"""The kind that a page shows first, of the default scenario."""


def drawn(forecaster: Forecaster, order: ChartOrder, checkpoint: Checkpoint) -> Chart:
    """Draw a chart; blocking, for a thread.

    Parameters
    ----------
    forecaster : Forecaster
        That answers.
    order : ChartOrder
        What is asked for.
    checkpoint : callable
        Called between steps.
    """
    from forecast.reports.asked_charts import draw
    from forecast.reports.theme import theme_of

    found = draw(order.kind, forecaster, order.asked, order.budgets_usd, checkpoint)
    if found.picture is None:
        return Chart(found.gate, absent=found.absent)
    checkpoint()
    picture, theme = found.picture, theme_of(order.layout, order.colours, titled=order.titled)
    return Chart(
        gate=found.gate,
        vega_lite=picture.json(theme),
        title=picture.title,
        subtitle=picture.subtitle,
        description=picture.description,
        csv=picture.csv(),
        narrowest_px=theme.layout.narrowest,
        widest_px=theme.layout.widest,
        curves=picture.curves,
    )


def _key(forecaster: Forecaster, order: ChartOrder) -> Hashable | None:
    """By what a chart is remembered: None where it rests on what a user imported, which may be replaced."""
    scales = {one.question.target.scale for one in order.asked} - {None}
    known = scales <= set(known_scales(forecaster.posterior))
    return (forecaster.posterior.name, order) if known else None


def _size(chart: Chart) -> int:
    return 2_000 + len(chart.vega_lite) + len(chart.csv) + len(chart.description)
