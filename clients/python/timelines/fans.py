"""Fans: monthly quantiles of one driver, read from the message that the server sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from timelines.errors import invalid
from timelines.export import pandas_module
from timelines.parts import PosteriorGate, word
from timelines.v1 import forecast_service_pb2 as forecasts

if TYPE_CHECKING:
    import pandas

    from timelines.question import Driver


@dataclass(frozen=True, slots=True, repr=False)
class Fan:
    """Monthly quantiles of one driver, with the observed points that they continue.

    All lists are converted when they are asked for. Values are log10 in `unit`.
    """

    raw: forecasts.TrajectoryResponse

    @property
    def driver(self) -> Driver:
        """What it follows."""
        return cast("Driver", word(forecasts.Driver, self.raw.driver, "DRIVER_"))

    @property
    def unit(self) -> str:
        """Unit of `values` and `observed`, such as `log10 FLOP`."""
        return self.raw.unit

    @property
    def decimal_year(self) -> tuple[float, ...]:
        """Mid-months up to the horizon."""
        return tuple(self.raw.decimal_year)

    @property
    def probability(self) -> tuple[float, ...]:
        """Of the bands, ascending."""
        return tuple(band.probability for band in self.raw.bands)

    @property
    def values(self) -> tuple[tuple[float, ...], ...]:
        """log10 quantiles: one row for each probability, one column for each month."""
        return tuple(tuple(band.log10_value) for band in self.raw.bands)

    @property
    def observed_year(self) -> tuple[float, ...]:
        """Decimal years of what the model was fitted on."""
        return tuple(point.decimal_year for point in self.raw.observed)

    @property
    def observed(self) -> tuple[float, ...]:
        """log10 values of what the model was fitted on."""
        return tuple(point.log10_value for point in self.raw.observed)

    @property
    def observed_name(self) -> tuple[str, ...]:
        """What each observed point is."""
        return tuple(point.name for point in self.raw.observed)

    @property
    def gate(self) -> PosteriorGate:
        """The posterior's gates."""
        return PosteriorGate.from_raw(self.raw.gate)

    def band(self, probability: float) -> tuple[float, ...]:
        """log10 values of one band, month by month.

        Raises
        ------
        InvalidQuestionError
            When it was not asked for.
        """
        for band in self.raw.bands:
            if abs(band.probability - probability) < 1e-12:
                return tuple(band.log10_value)
        known = ", ".join(f"{p:g}" for p in self.probability)
        raise invalid(f"no band at {probability!r}; the fan has {known}", "quantiles")

    def to_pandas(self) -> pandas.DataFrame:
        """One row for each month, one column for each probability; log10 values.

        Raises
        ------
        ImportError
            When pandas is not installed.
        """
        columns = dict(zip(self.probability, self.values, strict=True))
        table: pandas.DataFrame = pandas_module().DataFrame(columns, index=self.decimal_year)
        return table.rename_axis(index="decimal_year", columns="probability")

    def __repr__(self) -> str:
        return f"Fan({self.driver}, {self.unit}, {len(self.raw.decimal_year)} months, {len(self.raw.bands)} bands)"
