"""Plain columns for the terminal."""

from __future__ import annotations

from collections.abc import Sequence


def columns(header: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[str] = ()) -> str:
    """Rows under a header, every column as wide as its widest cell.

    Parameters
    ----------
    header : sequence of str
        Names of the columns.
    rows : sequence of sequence
        Cells, printed by `str`.
    right : sequence of str
        Columns that are aligned to the right.
    """
    lines = [[str(cell) for cell in line] for line in (header, *rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join("  ".join(_cells(line, header, widths, right)).rstrip() for line in lines)


def _cells(line: Sequence[str], header: Sequence[str], widths: Sequence[int], right: Sequence[str]) -> list[str]:
    named = zip(header, line, widths, strict=True)
    return [cell.rjust(width) if name in right else cell.ljust(width) for name, cell, width in named]


def fields(pairs: Sequence[tuple[str, object]], indent: str = "") -> str:
    """Names and values, one pair a line, the values in one column."""
    width = max((len(name) for name, _ in pairs), default=0)
    return "\n".join(f"{indent}{name.ljust(width)}  {value}".rstrip() for name, value in pairs)
