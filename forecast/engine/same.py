"""An object itself as a key, whatever it is equal to."""

from __future__ import annotations


class Same[Thing]:
    """What is remembered of an object is found without a look into it: two keys are equal where they stand for one.

    Parameters
    ----------
    it : object
        It lives as long as this does.
    """

    __slots__ = ("it",)

    def __init__(self, it: Thing) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.it is other.it
