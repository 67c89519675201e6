"""A public source: who published it, under which licence, when it was recorded, and what was taken from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from forecast.data.raw import Row

CC_BY = "CC BY 4.0"
APACHE = "Apache-2.0"
MIT = "MIT"
PUBLIC_DOMAIN = "public domain"
FACTS = "none stated (facts, cite the paper)"


@dataclass(frozen=True, slots=True)
class Source:
    """One public source and the file that was read."""

    key: str
    title: str
    authors: str
    url: str
    licence: str
    recorded_on: date
    taken: str
    file: str = ""
    published_on: date | None = None

    def provenance(self, confidence: str, published_on: date | None = None) -> Row:
        """The provenance columns of a row from this source.

        Raises
        ------
        ValueError
            Neither the row nor the source has a publication date.
        """
        published = published_on or self.published_on
        if published is None:
            raise ValueError(f"a row of {self.key} needs its own publication date")
        return {
            "source": self.key,
            "licence": self.licence,
            "confidence": confidence,
            "published_on": published,
            "recorded_on": self.recorded_on,
        }
