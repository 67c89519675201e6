"""The explorer's page as it is served: types, caching, compression, and nothing outside of its folder."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest

from timelines_server.gateway.application import Application
from timelines_server.gateway.endpoints import Endpoints
from timelines_server.gateway.page import POLICY, Page

SCRIPT = b"export const answer = 42;\n" * 200
FILES = {
    "index.html": b"<!doctype html><title>Explorer</title>",
    "assets/main-B4x9QkLm.js": SCRIPT,
    "assets/look-Ck_3-9aZ.css": b"main { color: var(--ink); }" * 20,
    "assets/icon-12345678.svg": b"<svg/>",
    "assets/licences-abcdEFGH.txt": b"MIT",
    "assets/facts.json": b"{}",
    "built_from.txt": b"0" * 64,
    "assets/main-B4x9QkLm.js.map": b"{}",
}
TYPES = {
    "/": "text/html; charset=utf-8",
    "/index.html": "text/html; charset=utf-8",
    "/assets/main-B4x9QkLm.js": "text/javascript; charset=utf-8",
    "/assets/look-Ck_3-9aZ.css": "text/css; charset=utf-8",
    "/assets/icon-12345678.svg": "image/svg+xml",
    "/assets/licences-abcdEFGH.txt": "text/plain; charset=utf-8",
    "/assets/facts.json": "application/json",
}
MAIN = "/assets/main-B4x9QkLm.js"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("page")
    for name, content in FILES.items():
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_bytes(content)
    return made


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page(folder)


class Reply:
    """What came back."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        start, body = messages
        self.status, self.body = start["status"], body["body"]
        pairs = [(name.decode(), value.decode()) for name, value in start["headers"]]
        self.headers = dict(pairs)
        assert len(pairs) == len(self.headers)  # a policy that came twice would be the stricter of both


class _None(Endpoints):
    """No services."""

    def __init__(self) -> None:
        """Keep nothing."""

    def by_path(self) -> dict[str, Any]:
        return {}


def ask(page: Page, path: str, method: str = "GET", **headers: str) -> Reply:
    """One request; underscores in the names of headers stand for hyphens."""
    sent: list[dict[str, Any]] = []
    told = {"host": "127.0.0.1:8434", **{name.replace("_", "-"): value for name, value in headers.items()}}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    application = Application(_None(), lambda: True, loopback=True, read_max_bytes=1000, page=page)
    listed = [(name.encode(), value.encode()) for name, value in told.items()]
    asyncio.run(application({"type": "http", "method": method, "path": path, "headers": listed}, receive, send))
    return Reply(sent)


@pytest.mark.parametrize(("path", "kind"), TYPES.items())
def test_every_file_has_its_type_and_the_policy_of_the_page(page: Page, path: str, kind: str) -> None:
    found = ask(page, path)
    assert (found.status, found.headers["content-type"]) == (200, kind)
    assert found.headers["content-security-policy"] == POLICY and "unsafe" not in POLICY
    assert found.body == FILES[path.removeprefix("/") or "index.html"]
    assert found.headers["content-length"] == str(len(found.body))


def test_what_has_its_hash_in_its_name_is_kept_and_the_rest_is_asked_for_again(page: Page) -> None:
    for path in TYPES:
        kept = ask(page, path).headers["cache-control"]
        hashed = path.startswith("/assets/") and path != "/assets/facts.json"
        assert kept == ("public, max-age=31536000, immutable" if hashed else "no-cache"), path


def test_who_has_it_is_told_so(page: Page) -> None:
    tag = ask(page, "/").headers["etag"]
    for known in (tag, f'W/{tag}, "other"'):
        found = ask(page, "/", if_none_match=known)
        assert (found.status, found.body, found.headers["etag"]) == (304, b"", tag)
    assert ask(page, "/", if_none_match='"other"').status == 200


@pytest.mark.parametrize("accepted", ["gzip", "br;q=1.0, gzip;q=0.8, *;q=0.1"])
def test_it_is_compressed_for_those_who_accept_that(page: Page, accepted: str) -> None:
    found = ask(page, MAIN, accept_encoding=accepted)
    assert found.headers["content-encoding"] == "gzip" and found.headers["vary"] == "accept-encoding"
    assert gzip.decompress(found.body) == SCRIPT and len(found.body) < len(SCRIPT) / 5


@pytest.mark.parametrize("accepted", ["", "br", "identity", "gzip;q=0"])
def test_it_is_not_for_others(page: Page, accepted: str) -> None:
    found = ask(page, MAIN, accept_encoding=accepted)
    assert "content-encoding" not in found.headers and found.body == SCRIPT


def test_what_would_not_get_smaller_is_sent_as_it_is(page: Page) -> None:
    found = ask(page, "/assets/facts.json", accept_encoding="gzip")
    assert "content-encoding" not in found.headers and found.body == b"{}"


def test_head_tells_what_get_would(page: Page) -> None:
    got, head = ask(page, MAIN), ask(page, MAIN, "HEAD")
    assert (head.status, head.headers, head.body) == (200, got.headers, b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_is_only_read(page: Page, method: str) -> None:
    found = ask(page, "/", method)
    assert (found.status, found.headers["allow"]) == (405, "GET, HEAD")


OUTSIDE = [
    "/built_from.txt",
    "/assets/main-B4x9QkLm.js.map",
    "/assets/",
    "/assets",
    "/assets/../built_from.txt",
    "/../page.py",
    "/assets/../../application.py",
    "/assets/..%2f..%2fpage.py",
    "//etc/passwd",
    "/assets/main-B4x9QkLm.js/",
    "/assets/main-B4x9QkLm.js\x00.css",
    "/INDEX.HTML",
    "",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_else_is_served(page: Page, path: str) -> None:
    found = ask(page, path)
    assert found.status == 404 and b"there is nothing here" in found.body
    assert found.headers["content-security-policy"].startswith("default-src 'none'; frame-ancestors")


def test_a_link_out_of_the_folder_is_not_followed_later(folder: Path, tmp_path: Path) -> None:
    """Files are read once, at start: what is put there later is not served."""
    page = Page(folder)
    (folder / "assets" / "late-00000000.js").write_text("late")
    assert ask(page, "/assets/late-00000000.js").status == 404
    (folder / "assets" / "late-00000000.js").unlink()


def test_pages_of_other_sites_and_other_names_of_this_machine_are_refused(page: Page) -> None:
    assert ask(page, "/", host="elsewhere.example").status == 403
    assert ask(page, "/", origin="https://elsewhere.example").status == 403
    assert ask(page, MAIN, origin="http://127.0.0.1:8434").status == 200


def test_where_it_is_not_built_the_way_to_it_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path / "none", tmp_path):
        page = Page(folder)
        found = ask(page, "/")
        assert not page and found.status == 404 and b"make explorer" in found.body
    assert ask(Page(tmp_path), "/healthz").body == b"SERVING\n"
