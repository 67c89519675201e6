"""The track record's file: it only grows, and it is refused when a row of it is not what was recorded."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from forecast.errors import ArtefactError, InputError
from forecast.evaluation.track_entries import BEFORE_THE_FIRST, AlreadyRecordedError, append, load
from forecast.evaluation.track_rows import COLUMNS
from tests.track_records import made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "record" / "track_record.csv"
    append([made(case=f"{k}e27 FLOP", question=made().question.replace("1e+27", f"{k}e+27")) for k in (1, 2, 3)], path)
    return path


def test_what_is_appended_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "track_record.csv"
    entry = made(
        subject='A "quoted", comma',
        quantiles=(2027.25,) * 10 + (math.inf,) * 9,
        p_beyond=0.3,
        p_never=0.2,
        p_already=0.1,
    )
    (sealed,) = append([entry], path)
    assert load(path) == (sealed,)
    assert replace(sealed, digest="") == entry


def test_dates_outside_the_horizon_are_written_as_words(tmp_path: Path) -> None:
    path = tmp_path / "track_record.csv"
    append([made(quantiles=(2027.25,) * 9 + (math.inf,) * 10, p_beyond=0.3, p_never=0.2)], path)
    row = path.read_text(encoding="utf-8").splitlines()[1]
    assert row.count(",beyond") == 7 and row.count(",never") == 3


def test_appending_leaves_every_earlier_byte(file: Path) -> None:
    before = file.read_bytes()
    append([made(release="1.1.0")], file)
    assert file.read_bytes().startswith(before)
    assert [entry.release for entry in load(file)] == ["1.0.0"] * 3 + ["1.1.0"]


def test_equal_rows_give_equal_bytes_and_every_digest_depends_on_the_one_before(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    first = append([made()], one)
    append([made()], two)
    assert one.read_bytes() == two.read_bytes()
    (second,) = append([made(release="2.0.0")], one)
    (alone,) = append([made(release="2.0.0")], tmp_path / "three.csv")
    assert second.digest != alone.digest
    assert len({BEFORE_THE_FIRST, first[0].digest, second.digest}) == 3


@pytest.mark.parametrize("column", [name for name in COLUMNS if name != "digest"])
def test_an_edit_of_any_cell_is_noticed_and_names_the_row(file: Path, column: str) -> None:
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    cells = next(csv.reader([lines[2]]))
    cells[COLUMNS.index(column)] += "0"
    made_anew = io.StringIO(newline="")
    csv.writer(made_anew, lineterminator="\n").writerow(cells)
    lines[2] = made_anew.getvalue()
    file.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(ArtefactError, match=r"row 2 of track_record\.csv .*2e27.* is not what was recorded") as caught:
        load(file)
    assert "version control" in caught.value.message and caught.value.field == "track_record[2]"


def test_a_row_that_is_taken_out_or_moved_is_noticed(file: Path) -> None:
    header, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
    for changed, at in (([rows[0], rows[2]], 2), (rows[1:], 1), ([rows[0], rows[2], rows[1]], 2)):
        file.write_text("".join([header, *changed]), encoding="utf-8")
        with pytest.raises(ArtefactError, match=f"row {at} of"):
            load(file)


def test_an_edit_with_its_own_digest_breaks_the_next_row(file: Path) -> None:
    """Whoever recomputes a digest has to recompute all that follow, so that the last one changes."""
    header, *rows = file.read_text(encoding="utf-8").splitlines(keepends=True)
    other = file.with_name("other.csv")
    append([made(case="forged")], other)
    forged = other.read_text(encoding="utf-8").splitlines(keepends=True)[1]
    file.write_text("".join([header, forged, *rows[1:]]), encoding="utf-8")
    with pytest.raises(ArtefactError, match="row 2 of"):
        load(file)


@pytest.mark.parametrize("damage", ["a,b\n1,2\n", "", "\xff"])
def test_another_file_is_refused(file: Path, damage: str) -> None:
    file.write_bytes(damage.encode("latin-1"))
    with pytest.raises(ArtefactError, match="only ever added"):
        load(file)


def test_a_row_that_breaks_off_is_refused(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-400])
    with pytest.raises(ArtefactError, match="row 3 of"):
        load(file)


def test_a_missing_file_says_what_begins_one(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="timelines track-record add"):
        load(tmp_path / "nothing.csv")


def test_nothing_is_recorded_twice_and_then_nothing_is_added(file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(AlreadyRecordedError, match="on record already"):
        append([made(release="1.1.0"), made()], file)
    with pytest.raises(AlreadyRecordedError):
        append([made(release="1.2.0"), made(release="1.2.0")], file)
    assert file.read_bytes() == before


def test_another_release_or_posterior_is_another_forecast(file: Path) -> None:
    append([made(release="1.1.0"), made(posterior="2027-01-01-abcdef012345")], file)
    assert len(load(file)) == 5


def test_rows_are_not_added_before_the_last_one(file: Path) -> None:
    with pytest.raises(InputError, match="before the last row"):
        append([made(release="1.1.0", recorded_on=date(2026, 11, 19))], file)


def test_a_damaged_file_is_not_added_to(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"2e27", b"4e27"))
    before = file.read_bytes()
    with pytest.raises(ArtefactError):
        append([made(release="1.1.0")], file)
    assert file.read_bytes() == before
