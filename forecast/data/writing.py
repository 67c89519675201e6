"""Writing several files as one act: all are staged beside their places and flushed, then each is replaced whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from forecast.errors import StorageError


def write_all(folder: Path, texts: Mapping[str, str]) -> None:
    """Write `texts` (file name -> content) into `folder`; a failure before the last is staged leaves all as it was.

    Raises
    ------
    StorageError
        No permission or no space; names the file.
    """
    staged: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            staged[folder / name] = _stage(folder, name, text)
        for place, temporary in staged.items():
            os.replace(temporary, place)
        _flush(folder)
    except OSError as error:
        raise StorageError(
            f"{error.filename or folder}: cannot be written ({error.strerror}); grant write permission or free space",
            field="folder",
        ) from error
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)


def _stage(folder: Path, name: str, text: str) -> Path:
    handle, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".tmp", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
    return Path(temporary)


def _flush(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
