"""Beliefs of others as distributions: read from text or JSON in the forms that they are published in, and written.

    9.84 to 290      9.84..290      2027 to 2035 at 80%                  text: the 5 % and 95 % points, or as said
    {"distribution": "lognormal", "interval_width": 90, "min": 9.84, "max": 290}         Direct Approach
    {"h_SC_ci": [1.5, 60]}                                                               AI 2027: 80 %, log-normal
    {"percentiles": {"10": 2028, "50": 2033, "90": 2050}, "high": 2200}                  percentiles
    [{"percentile": 10, "value": "2028-05-01"}, ...]                                     the same, as a list
    {"continuous_cdf": [...], "scaling": {"range_min": ..., "range_max": ..., "zero_point": ...}}    Metaculus
    {"tabulated": {"value": [...], "probability": [...]}}                                `Distribution` of this service

A date in a belief is a decimal year. Nothing is guessed beyond what is said: mass outside a table stays outside.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forecast.engine.belief_forms import CDF_FIELDS, credible_interval, direct_approach, metaculus, pair, percentiles
from forecast.engine.distributions import KINDS, distribution_dict, read_distribution
from forecast.engine.fields import listed, read_object, text
from forecast.errors import InputError
from forecast.families import Distribution, Point, Tabulated, placed

if TYPE_CHECKING:
    from forecast.engine.answer import Answer

MAX_TEXT = 1_000_000
FORMS = (
    "a pair such as `9.84 to 290`; {distribution, interval_width, min, max}; {ci: [low, high]}; {percentiles: {...}}; "
    f"{{continuous_cdf, scaling}}; or a distribution with one of {', '.join(KINDS)}"
)
YEARS = (1900.0, 3000.0)


@dataclass(frozen=True, slots=True)
class Overlay:
    """Somebody's belief of a date, to be shown beside a forecast.

    Parameters
    ----------
    name : str
        What it is called in a legend, 1 to 80 characters.
    distribution : Distribution
        Of decimal years; its quantiles from 1 % to 99 %, where they are within a table, lie from 1900 to 3000.
    source : str
        Where it was published.
    """

    name: str
    distribution: Distribution
    source: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.name) <= 80:
            raise InputError(f"an overlay's name is {self.name!r:.90}; give 1 to 80 characters", field="overlay.name")
        with placed("overlay.belief"):
            self.distribution.check()
        for p, year in zip((0.01, 0.5, 0.99), self.distribution.ppf([0.01, 0.5, 0.99]), strict=True):
            if math.isfinite(year) and not YEARS[0] <= year <= YEARS[1]:
                raise InputError(
                    f"{self.name} has {year:.6g} at {100 * p:g} %; give dates as decimal years from 1900 to 3000",
                    field="overlay.belief",
                )


def read_belief(said: object, path: str = "belief", source: str = "") -> Distribution:
    """The distribution in what somebody wrote, whatever form it has.

    Parameters
    ----------
    said : object
        Text (a pair of numbers, one number, or JSON), or JSON that is parsed already.
    path : str
        Where it stands, for the errors.
    source : str
        Where it comes from.

    Returns
    -------
    Distribution
        With numbers that were checked.

    Raises
    ------
    InputError
        When no form is recognised, naming those that are; or naming the field that is wrong.
    """
    return recognised(said, path, source)[1]


def recognised(said: object, path: str = "belief", source: str = "") -> tuple[str, Distribution]:
    """The form that a belief has, in words, and its distribution; arguments and errors as for `read_belief`."""
    if not isinstance(said, str):
        return _recognised(said, path, source)
    if len(said) > MAX_TEXT:
        raise InputError(f"{path} has {len(said):,} characters; give at most {MAX_TEXT:,}", field=path)
    found = pair(said.strip(), path, source) if len(said) <= 200 else None
    return _recognised(_parsed(said, path), path, source) if found is None else ("a pair of ends", found)


def _recognised(said: Any, path: str, source: str) -> tuple[str, Distribution]:
    if isinstance(said, int | float) and not isinstance(said, bool):
        with placed(path):
            return "one number", Point(said, source)
    if isinstance(said, list | tuple):
        return "percentiles", percentiles(listed(_entry)(said, path), path, source)
    if isinstance(said, Mapping):
        named = {str(name): value for name, value in said.items()}
        for form, fits, read in _OBJECTS:
            if fits(named):
                return form, read(named, path, source)
    raise _unknown(said, path)


def _percentiles(said: Mapping[str, Any], path: str, source: str) -> Distribution:
    found = read_object(said, path, {"percentiles": _as_is}, {"low": _as_is, "high": _as_is})
    given, where = found["percentiles"], f"{path}.percentiles"
    pairs = list(given.items()) if isinstance(given, Mapping) else listed(_entry)(given, where)
    return percentiles(pairs, where, source, found.get("low"), found.get("high"))


def _as_is(value: Any, path: str) -> Any:
    return value


def _entry(value: Any, path: str) -> tuple[Any, Any]:
    found = read_object(value, path, {"percentile": _as_is, "value": _as_is})
    return found["percentile"], found["value"]


def _credible_interval(said: Mapping[str, Any], path: str, source: str) -> Distribution:
    name, value = next(iter(said.items()))
    return credible_interval(value, name, path, source)


def _bare_percentiles(said: Mapping[str, Any], path: str, source: str) -> Distribution:
    return percentiles(list(said.items()), path, source)


def _has(*names: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda said: any(name in said for name in names)


def _is_credible_interval(said: Mapping[str, Any]) -> bool:
    return len(said) == 1 and re.fullmatch(r"(?:.*_)?ci(?:_?\d{1,2})?", next(iter(said))) is not None


def _are_percentiles(said: Mapping[str, Any]) -> bool:
    return bool(said) and all(re.fullmatch(r"[\d.]{1,20}", name) for name in said)


_Fits = Callable[[Mapping[str, Any]], bool]
_Read = Callable[[Mapping[str, Any], str, str], Distribution]

# The first that fits an object reads it.
_OBJECTS: tuple[tuple[str, _Fits, _Read], ...] = (
    ("a distribution function with its scale, as Metaculus has it", _has(*CDF_FIELDS), metaculus),
    ("an interval with its width, as the Direct Approach has it", _has("interval_width"), direct_approach),
    ("percentiles", _has("percentiles"), _percentiles),
    ("a distribution of this program", _has(*KINDS), read_distribution),
    ("a credible interval, as AI 2027 has it", _is_credible_interval, _credible_interval),
    ("percentiles", _are_percentiles, _bare_percentiles),
)


def _parsed(said: str, path: str) -> Any:
    try:
        return json.loads(said, parse_constant=_no_number, object_pairs_hook=_once)
    except InputError as error:
        raise InputError(f"{path}: {error.message}", field=path) from None
    except (ValueError, RecursionError):
        raise _unknown(said, path) from None


def _no_number(name: str) -> Any:
    raise InputError(f"{name} is no number; give finite numbers")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{twice!r:.80} is there twice; give it once")
    return found


def _unknown(said: Any, path: str) -> InputError:
    return InputError(f"{path} is {said!r:.80}, which is no belief that is known here; give {FORMS}", field=path)


def belief_json(distribution: Distribution) -> str:
    """A distribution as JSON text; `read_belief` gives exactly it back, but for its source."""
    return json.dumps(distribution_dict(distribution))


def read_overlay(said: object, path: str = "overlay") -> Overlay:
    """An overlay from `{"name": ..., "belief": ..., "source": ...}`, as text or parsed.

    Parameters
    ----------
    said : object
        JSON; the belief in any form that `read_belief` knows.
    path : str
        Where it stands, for the errors.

    Raises
    ------
    InputError
        Naming what is missing or wrong.
    """
    if isinstance(said, str):
        if len(said) > MAX_TEXT:
            raise InputError(f"{path} has {len(said):,} characters; give at most {MAX_TEXT:,}", field=path)
        said = _parsed(said, path)
    found = read_object(said, path, {"name": text, "belief": _as_is}, {"source": text})
    source = found.get("source", "")
    return Overlay(found["name"], read_belief(found["belief"], f"{path}.belief", source), source)


def answer_belief(answer: Answer) -> Tabulated:
    """The distribution of an answer's date, as somebody else's belief would be given.

    Parameters
    ----------
    answer : Answer
        With its CDF over the months of the horizon.

    Returns
    -------
    Tabulated
        Of decimal years. What had arrived already is below the table; later than the horizon, and never, above it.
    """
    probabilities = tuple(min(p, 1.0) for p in answer.cdf.probability)
    return Tabulated(answer.cdf.decimal_year, probabilities, f"forecast of {answer.provenance.posterior}")
