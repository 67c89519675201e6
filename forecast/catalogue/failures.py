"""What goes wrong with the catalogue; apart from the rest, so that naming an error does not load SQLAlchemy."""

from __future__ import annotations

from forecast.errors import ForecastError, InputError, StorageError, UnlikeNameError


class CatalogueUnavailableError(StorageError):
    """The catalogue's database cannot be reached now; what is in memory still answers."""

    reason = "CATALOGUE_UNAVAILABLE"


class NotListedError(UnlikeNameError):
    """A name that the catalogue does not know."""

    reason = "NOT_FOUND"


class LostClaimError(ForecastError):
    """The fit is no longer this server's: it was cancelled, or another server took it over."""

    reason = "LOST_CLAIM"


class QueueFullError(InputError):
    """So many fits wait that another would not be begun for hours."""

    reason = "QUEUE_FULL"


class RequestIdUsedError(InputError):
    """A request_id that was used for something else: another study, scenario, fit or published forecast."""

    reason = "REQUEST_ID_USED"
