"""Distributions <-> the engine's families. An interval comes back as the normal or log-normal that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from forecast.errors import InputError
from forecast.families import (
    Beta,
    Distribution,
    LogNormal,
    LogUniform,
    Normal,
    Point,
    Tabulated,
    Uniform,
    interval,
    placed,
)
from timelines.v1 import question_pb2 as pb

_MISSING = "is no distribution; give normal, log_normal, uniform, log_uniform, point, interval_90, tabulated or beta"


def distribution_of(message: pb.Distribution, path: str, source: str = "") -> Distribution:
    """The distribution of a message, its numbers checked.

    Parameters
    ----------
    message : Distribution
        The message.
    path : str
        Where it stands, for the errors.
    source : str
        Where it comes from.

    Raises
    ------
    InputError
        When none is chosen, or a number is wrong; with its path.
    """
    kind = message.WhichOneof("distribution")
    if kind is None:
        raise InputError(f"{path} {_MISSING}", field=path)
    with placed(path):
        made: Distribution = _MAKERS[kind](getattr(message, kind), source)
        made.check(kind)
    return made


def log_normal_of(message: pb.LogNormal) -> LogNormal:
    """The log-normal of a message; its numbers are checked by whoever uses it."""
    return LogNormal(message.median, message.sd_ln)


def distribution_proto(distribution: Distribution | None) -> pb.Distribution | None:
    """The message of a distribution, or none."""
    match distribution:
        case None:
            return None
        case Normal(mean, sd):
            return pb.Distribution(normal=pb.Normal(mean=mean, sd=sd))
        case LogNormal():
            return pb.Distribution(log_normal=log_normal_proto(distribution))
        case Uniform(low, high):
            return pb.Distribution(uniform=pb.Uniform(low=low, high=high))
        case LogUniform(low, high):
            return pb.Distribution(log_uniform=pb.LogUniform(low=low, high=high))
        case Point(value):
            return pb.Distribution(point=value)
        case Beta(a, b):
            return pb.Distribution(beta=pb.Beta(a=a, b=b))
        case Tabulated(values, probabilities):
            return pb.Distribution(tabulated=pb.Tabulated(value=values, probability=probabilities))


def log_normal_proto(prior: LogNormal) -> pb.LogNormal:
    """The message of a log-normal."""
    return pb.LogNormal(median=prior.median, sd_ln=prior.sd_ln)


def _interval(message: pb.Interval90, source: str) -> Distribution:
    with placed("interval_90"):
        return interval(message.low, message.high, log=message.log, source=source)


def _tabulated(message: pb.Tabulated, source: str) -> Tabulated:
    return Tabulated(tuple(message.value), tuple(message.probability), source)


_MAKERS: Mapping[str, Callable[[Any, str], Distribution]] = {
    "normal": lambda message, source: Normal(message.mean, message.sd, source),
    "log_normal": lambda message, source: LogNormal(message.median, message.sd_ln, source),
    "uniform": lambda message, source: Uniform(message.low, message.high, source),
    "log_uniform": lambda message, source: LogUniform(message.low, message.high, source),
    "point": Point,
    "interval_90": _interval,
    "tabulated": _tabulated,
    "beta": lambda message, source: Beta(message.a, message.b, source),
}
"""How each kind is read."""
