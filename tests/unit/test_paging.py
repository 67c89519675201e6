"""Pages of a listing: all of it, each item once, and no token where it does not belong."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecast.errors import InputError
from timelines.v1.dataset_service_pb2 import ListRowsRequest, ListTablesRequest
from timelines_server.converters.paging import (
    DEFAULT_SIZE,
    LARGEST_SIZE,
    is_first,
    page,
    place_of,
    size_of,
    token_after,
)


def rows(**fields: object) -> ListRowsRequest:
    return ListRowsRequest(**{"table": "tables/spend", **fields})  # type: ignore[arg-type]  # told by the tests


def token_of(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(st.integers(0, 50), st.integers(1, 60))
def test_the_pages_together_are_the_list_in_its_order(count: int, size: int) -> None:
    items, seen, token, pages = list(range(count)), [], "", 0
    while pages == 0 or token:
        part, token = page(items, rows(page_size=size, page_token=token))
        assert len(part) == min(size, count - len(seen))
        seen += part
        pages += 1
    assert seen == items
    assert pages == max(1, -(-count // size))


@pytest.mark.parametrize(("asked", "expected"), [(0, DEFAULT_SIZE), (1, 1), (1_000, 1_000), (1_001, LARGEST_SIZE)])
def test_zero_stands_for_the_default_and_too_many_for_the_most(asked: int, expected: int) -> None:
    assert size_of(rows(page_size=asked)) == expected
    assert len(page(range(5_000), rows(page_size=asked))[0]) == expected


def test_the_largest_number_of_the_wire_is_coerced_too() -> None:
    assert size_of(rows(page_size=2**31 - 1)) == LARGEST_SIZE


def test_a_negative_page_size_is_refused() -> None:
    with pytest.raises(InputError, match=r"page_size -1 is negative: give 1 to 1,000") as caught:
        page([], rows(page_size=-1))
    assert caught.value.field == "page_size"


def test_a_token_may_come_with_another_page_size() -> None:
    _, token = page(range(20), rows(page_size=7))
    assert list(page(range(20), rows(page_size=3, page_token=token))[0]) == [7, 8, 9]


@pytest.mark.parametrize(
    "other",
    [
        ListTablesRequest(),
        rows(table="tables/laws"),
        rows(published_by="2020-01-01"),
        rows(published_by=""),
    ],
    ids=["another method", "another table", "another filter", "a blank filter"],
)
def test_a_token_of_another_request_is_refused(other: ListRowsRequest) -> None:
    _, token = page(range(20), rows(page_size=7))
    other.page_token = token
    with pytest.raises(InputError, match="page_token belongs to another request") as caught:
        page(range(20), other)
    assert caught.value.field == "page_token"


def test_a_token_of_content_that_has_changed_is_refused() -> None:
    _, token = page(range(20), rows(page_size=7), version="before")
    assert page(range(20), rows(page_token=token), version="before")[0][0] == 7
    with pytest.raises(InputError, match="what is listed has changed since"):
        page(range(20), rows(page_token=token), version="after")


GARBAGE = [
    "x",
    "!!!!",
    "é",
    "AAAA",
    "=" * 9,
    "A" * 1_000_000,
    token_of(7),
    token_of({"start": 1}),
    token_of([]),
    token_of("ab"),
    token_of([0, "a"]),
    token_of([-7, "a"]),
    token_of([True, "a"]),
    token_of([1.5, "a"]),
    token_of([1, None]),
    "W1tb" * 40,
]


@pytest.mark.parametrize("token", GARBAGE, ids=lambda token: token[:12])
def test_a_token_that_is_none_is_refused(token: str) -> None:
    with pytest.raises(InputError, match=r"page_token .* is not one of ours") as caught:
        page(range(20), rows(page_token=token))
    assert caught.value.field == "page_token"
    assert len(caught.value.message) < 200


@given(st.text())
def test_no_text_is_taken_for_a_token_by_chance(text: str) -> None:
    request = rows(page_token=text)
    if is_first(request):
        return
    with pytest.raises(InputError):
        page(range(20), request)


def test_a_place_behind_the_end_is_an_empty_last_page() -> None:
    _, token = page(range(20), rows(page_size=19))
    assert page(range(5), rows(page_token=token)) == (range(0), "")


def test_a_page_may_follow_an_item_by_its_name() -> None:
    assert place_of(rows()) == ""
    token = token_after("2026-11-21-0123456789ab", rows())
    assert place_of(rows(page_token=token, page_size=7)) == "2026-11-21-0123456789ab"
    for other in (rows(page_token=token, published_by="2020-01-01"), ListTablesRequest(page_token=token)):
        with pytest.raises(InputError, match="belongs to another request"):
            place_of(other)


def test_a_token_by_name_is_none_by_number() -> None:
    _, by_number = page(range(10), rows(page_size=3))
    for wrong in (
        lambda: place_of(rows(page_token=by_number)),
        lambda: page(range(10), rows(page_token=token_after("x", rows()))),
        lambda: place_of(rows(page_size=-1)),
    ):
        with pytest.raises(InputError, match="page_"):
            wrong()
