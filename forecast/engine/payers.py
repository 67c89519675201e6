"""Who pays for the run, and how much of its cost is counted.

Money is constant 2023 US dollars. A sum that is stated in another year's dollars, or in dollars of the day that are not
indexed, is carried over once, where price indices are at hand (`forecast.money`), and keeps what was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from forecast.engine.checks import checked_choice, checked_int, checked_number, parse_day
from forecast.engine.filled import filled
from forecast.errors import InputError
from forecast.families import Distribution

PayerKind = Literal["fixed_usd_2023", "frontier_spend", "spend_path", "unlimited", "stated"]
CostScope = Literal["final_run", "with_staff", "development"]
PAYERS: tuple[PayerKind, ...] = get_args(PayerKind)
USD_BOUNDS = (1.0, 1e20)
_BUDGET = "a budget in 2023 US dollars"


@dataclass(frozen=True, slots=True)
class Stated:
    """A sum as it was stated.

    Parameters
    ----------
    usd : float
        Dollars, from 1 to 1e20.
    currency_year : int, optional
        Of whose prices they are, from 1950 to 2023 or later where the price index goes on.
    nominal_inflation : float, optional
        Or: dollars of the day on which they are spent, which lose this share a year, from -.05 to .5. One of the two.
    """

    usd: float
    currency_year: int | None = None
    nominal_inflation: float | None = None

    def __post_init__(self) -> None:
        path = "payer.stated"
        object.__setattr__(self, "usd", checked_number(self.usd, f"{path}.usd", *USD_BOUNDS, "dollars"))
        if (self.currency_year is None) == (self.nominal_inflation is None):
            message = f"{path} of {self.usd:g} needs the year of its dollars or their inflation; give one of the two"
            raise InputError(message, field=path)
        if self.currency_year is not None:
            checked_int(self.currency_year, f"{path}.currency_year", 1913, 2100, "the year of the dollars")
            return
        inflation = f"{path}.nominal_inflation"
        share = checked_number(self.nominal_inflation, inflation, -0.05, 0.5, "a share lost a year, such as .025")
        object.__setattr__(self, "nominal_inflation", share)


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays for the run.

    Parameters
    ----------
    kind : {"fixed_usd_2023", "frontier_spend", "spend_path", "unlimited", "stated"}
        A fixed sum, the spend on the largest run as it grows, a budget that grows by its own rate, no limit of money at
        all, or a sum in other dollars, which is one of the first or third once it is carried over.
    usd_2023 : float, optional
        Constant 2023 US dollars, from 1 to 1e20; for a fixed sum, and for a path on `from_date`.
    from_date : date, optional
        When the path's budget is `usd_2023`.
    growth : Distribution, optional
        The path's growth, orders of magnitude per year, one draw each.
    ceiling_usd_2023 : float, optional
        The most that the path ever reaches.
    stated : Stated, optional
        What was said, where the sum was stated in other dollars.
    """

    kind: PayerKind = "frontier_spend"
    usd_2023: float | None = None
    from_date: date | None = None
    growth: Distribution | None = None
    ceiling_usd_2023: float | None = None
    stated: Stated | None = None

    def __post_init__(self) -> None:
        checked_choice(self.kind, "payer", PAYERS)
        if self.kind == "frontier_spend" and self.usd_2023 is None:
            return
        self._check_sum()
        self._check_path()
        if self.kind == "stated" and self.stated is None:
            raise InputError("payer.stated is empty; give the dollars and their year", field="payer.stated")

    @classmethod
    def fixed(cls, usd_2023: float) -> Payer:
        """A fixed sum in constant 2023 US dollars."""
        return cls("fixed_usd_2023", usd_2023)

    @classmethod
    def spend_path(
        cls, usd_2023: float, from_date: date, growth: Distribution, ceiling_usd_2023: float | None = None
    ) -> Payer:
        """A budget that grows by so many orders of magnitude a year, up to a ceiling."""
        return cls("spend_path", usd_2023, from_date, growth, ceiling_usd_2023)

    @classmethod
    def unlimited(cls) -> Payer:
        """Money is no limit."""
        return cls("unlimited")

    @classmethod
    def of_year(cls, usd: float, currency_year: int) -> Payer:
        """A sum in the dollars of another year."""
        return cls("stated", stated=Stated(usd, currency_year))

    @classmethod
    def nominal(cls, usd: float, inflation: float) -> Payer:
        """A sum in dollars of the day, which inflation eats."""
        return cls("stated", stated=Stated(usd, nominal_inflation=inflation))

    def of_usd(self, usd_2023: float) -> Payer:
        """The same fixed sum with other dollars.

        Raises
        ------
        InputError
            When they are out of bounds.
        """
        return filled(self, usd_2023=checked_number(usd_2023, f"payer.{self.kind}", *USD_BOUNDS, _BUDGET))

    def _check_sum(self) -> None:
        path = f"payer.{'spend_path.usd_2023' if self.kind == 'spend_path' else 'fixed_usd_2023'}"
        if self.kind in ("fixed_usd_2023", "spend_path"):
            usd = checked_number(self.usd_2023, path, *USD_BOUNDS, _BUDGET)
            object.__setattr__(self, "usd_2023", usd)
        elif self.usd_2023 is not None:
            message = f"a budget of {self.usd_2023!r} contradicts the payer {self.kind}; give one of the two"
            raise InputError(message, field=path)

    def _check_path(self) -> None:
        details = (self.from_date, self.growth, self.ceiling_usd_2023)
        if self.kind != "spend_path":
            if details != (None, None, None):
                message = f"a growing budget contradicts the payer {self.kind}; give one of the two"
                raise InputError(message, field="payer.spend_path")
            return
        if self.from_date is None or self.growth is None:
            message = "payer.spend_path needs the date of its sum and its growth; give both"
            raise InputError(message, field="payer.spend_path")
        object.__setattr__(self, "from_date", parse_day(self.from_date, "payer.spend_path.from_date"))
        if self.ceiling_usd_2023 is not None:
            path = "payer.spend_path.ceiling_usd_2023"
            low = self.usd_2023 or USD_BOUNDS[0]
            ceiling = checked_number(
                self.ceiling_usd_2023, path, low, USD_BOUNDS[1], "2023 US dollars, at least the sum,"
            )
            object.__setattr__(self, "ceiling_usd_2023", ceiling)
