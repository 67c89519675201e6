"""Every metric that a server exposes, with its labels; and the metrics that an expression of Prometheus asks for."""

from __future__ import annotations

import asyncio
import re
from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from prometheus_client import CollectorRegistry

from forecast.forecaster import Forecaster
from tests.synthetic import synthetic_posterior
from timelines_server.access.reloading import Watch
from timelines_server.configuration.settings import Settings
from timelines_server.observing.logs import Log
from timelines_server.resources import Resources
from timelines_server.server import build
from timelines_server.state.current import Current
from timelines_server.work import Work

SCRAPED = {"job", "instance"}
"""Labels that Prometheus adds."""

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)")
_SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^{}]*)\}")
_NAME = re.compile(r"(?<![\w.:$])[a-zA-Z_:][\w:]*(?!\w*\s*\()")
_WORDS = {"and", "or", "unless", "bool", "offset", "atan2"}


@cache
def exposed() -> dict[str, frozenset[str]]:
    """By the name of each series, as it is scraped, its labels."""
    return asyncio.run(_scraped())


async def _scraped() -> dict[str, frozenset[str]]:
    with TemporaryDirectory() as home:
        resources = Resources(Current(Path(home)), Work())
        resources.current.use(Forecaster(synthetic_posterior(400)))
        log = Log(StringIO())
        watch = Watch(log)
        watch.keep("tokens", [], lambda: True)
        try:
            return _labels(build(Settings(), resources, log, watch).metrics.registry)
        finally:
            resources.close()


def _labels(registry: CollectorRegistry) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for family in registry.collect():
        samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
        found |= {sample.name: frozenset(sample.labels) for sample in samples} or {family.name: frozenset()}
    return found


def families() -> dict[str, str]:
    """By the name of each metric, as `/metrics` heads it, its help; those of every Python process among them."""
    named = {}
    for name in exposed():
        named[re.sub(r"_(?:bucket|sum|count)$", "", name)] = name
    return named


def asked(expression: str) -> dict[str, frozenset[str]]:
    """By the name of each series in an expression, the labels that its selectors name."""
    bare = _STRING.sub('""', expression)
    found = {name: frozenset(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", inside)) for name, inside in _SELECTOR.findall(bare)}
    rest = _SELECTOR.sub(" ", re.sub(r"\[[^\[\]]*\]", " ", _GROUPING.sub(" ", bare)))
    return {**dict.fromkeys(set(_NAME.findall(rest)) - _WORDS, frozenset[str]()), **found}


def balanced(expression: str) -> bool:
    """Whether every bracket is closed by its own kind."""
    waiting: list[str] = []
    pairs = {")": "(", "]": "[", "}": "{"}
    for sign in re.findall(r"[()\[\]{}]", _STRING.sub("", expression)):
        if sign in "([{":
            waiting.append(sign)
        elif not waiting or waiting.pop() != pairs[sign]:
            return False
    return not waiting
