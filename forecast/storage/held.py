"""Files in this process's memory as a store, for what is handed on at once; needs nothing that is not there."""

from __future__ import annotations

from forecast.storage.store import MissingFileError, checked_name


class Held:
    """Files by name, kept as bytes; see `forecast.storage.store.Store`."""

    place = "memory"

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}

    def read(self, name: str) -> bytes:
        """What a file holds."""
        try:
            return self._files[checked_name(name)]
        except KeyError as error:
            raise MissingFileError(f"{name} is not there") from error

    def write(self, name: str, data: bytes) -> None:
        """Keep a file."""
        self._files[checked_name(name)] = bytes(data)

    def exists(self, name: str) -> bool:
        """Whether a file is there."""
        return checked_name(name) in self._files

    def names(self, prefix: str = "") -> list[str]:
        """Names of the files that begin with `prefix`, sorted."""
        return sorted(name for name in self._files if name.startswith(prefix))

    def remove(self, name: str) -> None:
        """Forget a file."""
        self._files.pop(checked_name(name), None)
