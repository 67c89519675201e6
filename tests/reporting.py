"""Reports for tests: a short spec, and what is made of it on a posterior that the package ships."""

from __future__ import annotations

import functools

from forecast.batch.reading import parse_spec
from forecast.batch.spec import Spec
from forecast.forecaster import Forecaster
from forecast.posterior import selection
from forecast.posterior.artefact import read
from forecast.reports.report.compose import Report
from forecast.reports.report.writing import hold
from forecast.storage.held import Held

SHORT = """
title: A short report
notes: "Half of the draws have arrived by **{median}**; never: {p_never}; for {for $1bn.median} with a fixed sum."
lead: {flop: 2.0e29}
scenarios: [baseline, {name: for $1bn, budget_usd: 1.0e9}, no-physical-limits]
grid:
  target: [{name: 1e28 FLOP, flop: 1.0e28}, {name: 2e29 FLOP, flop: 2.0e29}]
  budget_usd: [1.0e8, 1.0e9, 1.0e10]
"""


@functools.cache
def shipped() -> Forecaster:
    """On the shipped reference posterior."""
    return Forecaster(read(selection.reference().path))


def spec_of(text: str, name: str = "short") -> Spec:
    """A spec from its text."""
    return parse_spec(text, name, shipped().scenario)


@functools.cache
def short() -> tuple[Report, Held]:
    """The short report and its files."""
    return hold(spec_of(SHORT), shipped())
