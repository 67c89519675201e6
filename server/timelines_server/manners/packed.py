"""A response that is bytes already: it may be remembered as such, and nothing of it is made twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message


@dataclass(slots=True)
class Packed:
    """A response as bytes.

    Parameters
    ----------
    kind : type
        The message's class.
    raw : bytes
        The message as bytes.
    """

    kind: type[Message]
    raw: bytes

    def by(self, pack: Callable[[Any], bytes]) -> bytes:
        """As `pack` writes such a message: as it is where that is how generated code does, else read first.

        Parameters
        ----------
        pack : callable
            Writes a message, in protobuf's own format or another.
        """
        return self.raw if pack is self.kind.SerializeToString else pack(self.kind.FromString(self.raw))
