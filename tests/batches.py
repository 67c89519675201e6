"""A batch of a hundred questions or more, of which some have no answer."""

from __future__ import annotations

SPEC = """\
questions:
  - {name: a run, flop: 1e29}
  - {name: out of reach, loss: 0.5, scale: kaplan-webtext2, law: kaplan, horizon: 2030-12, by_years: [2028]}
  - {name: unheard of, loss: 2.0, scale: no-such-scale}
grid:
  target: [{loss: 2.2, scale: gadre-c4-c4val}, {name: large, flop: 2e30}]
  budget_usd: {from: 1e7, to: 1e12, count: 40, log: true}
  scenario: [baseline, no-physical-limits]
"""
