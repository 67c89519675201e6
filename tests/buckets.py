"""A real S3-compatible server for tests, on loopback: moto's, in a thread, stopped at the end."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

BUCKET = "forecasts"
SIGNED = "AWS4-HMAC-SHA256 Credential=key-of-the-tests/20260101/us-east-1/s3/aws4_request, Signature=none"


@dataclass(frozen=True)
class Bucket:
    """A server with one empty bucket.

    Attributes
    ----------
    endpoint : str
        The server's URL.
    """

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to reach it, and to reach nothing else."""
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": "key-of-the-tests",
            "AWS_SECRET_ACCESS_KEY": "secret-of-the-tests",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "no-such-file",
            "AWS_SHARED_CREDENTIALS_FILE": "no-such-file",
        }


@contextmanager
def bucket() -> Iterator[Bucket]:
    """Serve S3 on any free port of loopback."""
    from moto.server import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Silent(WSGIRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Requests are nobody's business here."""

    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Silent)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        _ask(server.server_port, "POST", "/moto-api/reset")
        _ask(server.server_port, "PUT", f"/{BUCKET}")
        yield Bucket(f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def _ask(port: int, method: str, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, headers={"Host": "s3.amazonaws.com", "Authorization": SIGNED})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200, (method, path, answer.status)


@contextmanager
def listening() -> Iterator[tuple[str, list[object]]]:
    """A port of loopback that takes connections and never answers: its URL, and who came."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as open_port:

        def take() -> None:
            while True:
                try:
                    came.append(open_port.accept())
                except OSError:
                    return

        thread = Thread(target=take, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{open_port.getsockname()[1]}", came
        open_port.shutdown(socket.SHUT_RDWR)
    thread.join(10)
    for connection, _ in came:  # type: ignore[misc]
        connection.close()
