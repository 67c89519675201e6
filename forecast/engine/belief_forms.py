"""How others write their beliefs: the forms of forecasting platforms and of published models, as distributions.

Metaculus gives a distribution function at 201 places, evenly spaced on a scale that is linear or, with a `zero_point`,
logarithmic; dates are Unix seconds there and become decimal years here. Where its bounds are open, some mass lies
outside, and the table keeps it there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from forecast.engine.fields import listed, number, read_object, text
from forecast.errors import InputError
from forecast.families import Distribution, Point, Tabulated, interval, placed
from forecast.units import decimal_year

CDF_FIELDS = ("continuous_cdf", "forecast_values")
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_PAIR = re.compile(rf"({_NUMBER})\s*(?:to|\.\.|–)\s*({_NUMBER})(?:\s*(?:at|@)\s*(\d+(?:\.\d+)?)\s*%)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pair(said: str, path: str, source: str) -> Distribution | None:
    """`9.84 to 290` or `9.84..290`: its 5 % and 95 % points; `2027 to 2035 at 80%` has its own mass. None if not so.

    Log-normal where the lower end is above 0, else normal, as squigglepy has it.
    """
    match = _PAIR.fullmatch(said)
    if match is None:
        return None
    low, high = float(match[1]), float(match[2])
    with placed(path):
        return interval(low, high, mass=float(match[3] or 90) / 100, log=low > 0, source=source)


def direct_approach(value: Mapping[str, Any], path: str, source: str) -> Distribution:
    """`{distribution, interval_width, min, max}`, as Epoch's Direct Approach has it; the width is in percent."""
    given = {name.removeprefix("interval_") if name != "interval_width" else name: said for name, said in value.items()}
    needed = {"distribution": text, "interval_width": number, "min": number, "max": number}
    found = read_object(given, path, needed)
    kinds = {"normal": False, "lognormal": True}
    kind = found["distribution"].lower().replace("-", "").replace("_", "")
    if kind not in kinds:
        raise InputError(f"{path}.distribution is {kind!r:.80}; give normal or lognormal", field=f"{path}.distribution")
    width, low, high = found["interval_width"], found["min"], found["max"]
    if not 0 < width < 100:
        where = f"{path}.interval_width"
        raise InputError(f"{where} is {width:g}; give percent, above 0 and below 100", field=where)
    with placed(path):
        if low == high:
            return Point(low, source)
        # A width under 1 is taken as a share: nobody states an interval that holds less than 1 %.
        return interval(low, high, mass=width if width < 1 else width / 100, log=kinds[kind], source=source)


def credible_interval(value: Any, name: str, path: str, source: str) -> Distribution:
    """`{"ci": [low, high]}`, or `..._ci` as AI 2027 writes it: log-normal, 80 %; `ci_95` has its own mass."""
    match = re.fullmatch(r"(?:.*_)?ci(?:_?(\d{1,2}))?", name)
    ends = listed(number)(value, f"{path}.{name}")
    if match is None or len(ends) != 2:
        raise InputError(f"{path}.{name} has {len(ends)} numbers; give the two ends", field=f"{path}.{name}")
    with placed(path):
        return interval(*ends, mass=int(match[1] or 80) / 100, source=source)


def percentiles(
    pairs: Sequence[tuple[Any, Any]], path: str, source: str, low: Any = None, high: Any = None
) -> Tabulated:
    """Values at percentiles, as a table that is straight between them.

    Parameters
    ----------
    pairs : sequence of (percentile, value)
        In any order. Percentiles are percent from 0 to 100, or shares if none is above 1; values are numbers, or dates.
    path : str
        Where it stands, for the errors.
    source : str
        Where it comes from.
    low, high : optional
        The lowest and the highest value there can be. Without them, what lies outside the percentiles stays outside.
    """
    numbers = [_percentile(said, path) for said, _ in pairs]
    scale = 1 if max(numbers, default=0) <= 1 else 100
    points = [(p / scale, _value(said, f"{path}[{p:g}]")) for p, (_, said) in zip(numbers, pairs, strict=True)]
    points += [(0.0, _value(low, f"{path}.low"))] if low is not None else []
    points += [(1.0, _value(high, f"{path}.high"))] if high is not None else []
    points.sort()
    for (p, before), (q, after) in pairwise(points):
        if q == p or not after > before:
            raise InputError(
                f"{path} has {before:.10g} at {100 * p:g} % and {after:.10g} at {100 * q:g} %; give each percentile "
                "once, with values that ascend",
                field=path,
            )
    with placed(path):
        return Tabulated(tuple(value for _, value in points), tuple(p for p, _ in points), source)


def _percentile(said: Any, path: str) -> float:
    try:
        p = math.nan if isinstance(said, bool) else float(said)
    except (TypeError, ValueError, OverflowError):
        p = math.nan
    if not 0 <= p <= 100:
        raise InputError(f"{path} has the percentile {said!r:.80}; give numbers from 0 to 100", field=path)
    return p


def _value(said: Any, path: str) -> float:
    """A number, or a date as a decimal year."""
    if not isinstance(said, str):
        return _finite(number(said, path), path)
    try:
        return decimal_year(date.fromisoformat(said[:10]))
    except ValueError:
        raise InputError(f"{path} is {said!r:.80}; give a number, or a date as YYYY-MM-DD", field=path) from None


def _finite(value: float, path: str) -> float:
    if not abs(value) <= 1e300:
        raise InputError(f"{path} is {value!r}; give a finite number", field=path)
    return value


def metaculus(value: Mapping[str, Any], path: str, source: str) -> Tabulated:
    """A distribution function with its scale, as Metaculus has it.

    Parameters
    ----------
    value : mapping
        `continuous_cdf` or `forecast_values`; `scaling`, or its fields beside them; `type` date for Unix seconds;
        `open_lower_bound` and `open_upper_bound` where they are known. Other fields of the platform are left aside.
    path : str
        Where it stands, for the errors.
    source : str
        Where it comes from.
    """
    name = next(name for name in CDF_FIELDS if name in value)
    probabilities = listed(number)(value[name], f"{path}.{name}")
    scaling = {**value, **_mapping(value.get("scaling") or {}, f"{path}.scaling")}
    for bound, mass in (("lower", probabilities[:1]), ("upper", [1 - p for p in probabilities[-1:]])):
        if scaling.get(f"open_{bound}_bound") is False and mass and mass[0] > 1e-9:
            raise InputError(
                f"{path}.{name} leaves {mass[0]:g} outside the {bound} bound, which is closed; give a CDF from 0 to 1",
                field=f"{path}.{name}",
            )
    ends = [_value(scaling.get(end), f"{path}.scaling.{end}") for end in ("range_min", "range_max")]
    values = _places(ends[0], ends[1], scaling.get("zero_point"), len(probabilities), f"{path}.scaling")
    if value.get("type") == "date":
        values = [_year(seconds, f"{path}.scaling") for seconds in values]
    with placed(path):
        return Tabulated(tuple(values), probabilities, source)


def _mapping(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{path} is {value!r:.80}; give an object of range_min, range_max and zero_point", field=path)
    return value


def _places(low: float, high: float, zero: Any, count: int, path: str) -> list[float]:
    """Evenly spaced on the question's scale, from one end of its range to the other."""
    if not low < high:
        where = f"{path}.range_max"
        raise InputError(f"{where} is {high:g}; give a number above range_min, {low:g}", field=where)
    spread = 0.0
    if zero is not None:
        zero = _value(zero, f"{path}.zero_point")
        if zero > low:
            where = f"{path}.zero_point"
            raise InputError(f"{where} is {zero:g}; give a number under range_min, {low:g}", field=where)
        # A zero point at the lower end is moved by as little as the platform moves it.
        spread = math.log((high - zero) / max(low - zero, 1e-7))
    shares = [i / max(count - 1, 1) for i in range(count)]
    if spread:
        shares = [math.expm1(share * spread) / math.expm1(spread) for share in shares]
    return [low * (1 - share) + high * share for share in shares]


def _year(seconds: float, path: str) -> float:
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise InputError(
            f"{path} has {seconds:g} seconds since 1970; give dates from the year 1 to 9999", field=path
        ) from None
    return decimal_year(moment.date()) + (moment.hour * 3600 + moment.minute * 60 + moment.second) / (365.25 * 86_400)
