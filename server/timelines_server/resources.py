"""What the handlers share."""

from __future__ import annotations

from dataclasses import dataclass

from forecast.errors import ForecastError
from timelines_server.current import Current
from timelines_server.work import Work


class ResourceNotFoundError(ForecastError):
    """A resource name that nothing has; the message lists what there is."""

    reason = "NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Resources:
    """What the handlers share.

    Attributes
    ----------
    current : Current
        The forecaster that answers, and the state folder.
    work : Work
        Threads for what would hold up the event loop.
    """

    current: Current
    work: Work
