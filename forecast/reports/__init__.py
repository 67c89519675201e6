"""Tables, charts and pages from a posterior. Needs the `report` extra."""

from __future__ import annotations

from importlib.util import find_spec

from forecast.errors import InputError

_NEEDED = ("altair", "jinja2", "pandas", "vl_convert")
_MISSING = ", ".join(name for name in _NEEDED if find_spec(name) is None)
if _MISSING:
    raise InputError(f"charts and reports need {_MISSING}; install them with: pip install 'ai-timelines[report]'")
