"""A real PostgreSQL from Debian's packages, on loopback, in a temporary folder: to be used, killed, started again."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.service.processes import children, is_gone

REQUIRED = "TIMELINES_REQUIRE_POSTGRES"
INSTALLED = Path("/usr/lib/postgresql")
USER, PASSWORD = "timelines", "not-so-secret"
_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
full_page_writes = off
max_connections = 60
shared_buffers = 16MB
lc_messages = 'C'
timezone = 'Asia/Kathmandu'
"""


def binaries() -> Path | None:
    """The folder of the newest installed version's programs."""
    on_path = shutil.which("initdb")
    found = sorted(INSTALLED.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    file = found[-1] if found else Path(on_path) if on_path else None
    return file.resolve().parent if file else None


class Postgres:
    """One server.

    Parameters
    ----------
    folder : Path
        An empty one, for its data.
    """

    def __init__(self, folder: Path) -> None:
        found = binaries()
        assert found is not None
        self._binaries, self._data = found, folder / "data"
        self._log, self.port = folder / "log", _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._make(folder)

    def url(self, database: str = "postgres", password: str = PASSWORD, **options: str) -> str:
        """The URL of a database."""
        tail = "&".join(f"{name}={value}" for name, value in options.items())
        return f"postgresql://{USER}:{password}@127.0.0.1:{self.port}/{database}?{tail}"

    @property
    def runs(self) -> bool:
        """Whether it was started, and neither stopped nor killed."""
        return self._process is not None

    def start(self) -> None:
        """Start it, on the same port as before; it answers when this returns."""
        command = [str(self._binaries / "postgres"), "-D", str(self._data), "-p", str(self.port)]
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, user=_account())
        deadline = time.monotonic() + 30
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL does not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it at once, in order."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL to it and to the processes of its connections, as when the machine is lost."""
        if self._process is None:
            return
        self.freeze()  # or it would see the first of them end, and begin anew with others
        ended = children(self._process.pid)
        self._signal_all(signal.SIGKILL)
        self._end(signal.SIGKILL)
        assert all(is_gone(child, within_s=30) for child in ended), "they hold on to its memory"

    def freeze(self) -> None:
        """Nothing of it moves any more, and its connections stay open."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self._signal_all(signal.SIGCONT)

    def make_database(self) -> str:
        """A new, empty database; its name."""
        name = f"t{secrets.token_hex(6)}"
        self.run(f"CREATE DATABASE {name}")
        return name

    def make_schema(self) -> str:
        """The URL of a new, empty schema: as good as a database of its own, and without its 300 files."""
        name = f"t{secrets.token_hex(6)}"
        self.run(f"CREATE SCHEMA {name}")
        return self.url(options=f"-csearch_path%3D{name}")

    def run(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement by a connection of its own; its rows."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def _make(self, folder: Path) -> None:
        password = folder / "password"
        password.write_text(PASSWORD)
        if _must_step_down():
            _hand_over(folder)
        command = [str(self._binaries / "initdb"), "-D", str(self._data), "-U", USER, "-A", "scram-sha-256"]
        command += ["--pwfile", str(password), "-E", "UTF8", "--locale", "C", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, timeout=120, user=_account())
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(_SETTINGS)

    def _answers(self) -> bool:
        import psycopg

        try:
            with psycopg.connect(self.url(), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(number)
            process.wait(timeout=30)

    def _signal_all(self, number: signal.Signals) -> None:
        assert self._process is not None
        for pid in (self._process.pid, *children(self._process.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _must_step_down() -> bool:
    return os.geteuid() == 0


def _account() -> int | None:
    """PostgreSQL refuses to run as root: as Debian's own user for it then."""
    return pwd.getpwnam("postgres").pw_uid if _must_step_down() else None


def _hand_over(folder: Path) -> None:
    """Give a folder to that user."""
    account = pwd.getpwnam("postgres")
    for path in (folder, *folder.iterdir()):
        os.chown(path, account.pw_uid, account.pw_gid)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server that runs inside the block; where there is none the test is skipped, or fails where it is required.

    Its folder is not pytest's: those are closed to every other user, and root's PostgreSQL runs as another.
    """
    if binaries() is None:
        message = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{message}, and {REQUIRED}=1 asks for it")
        pytest.skip(message)
    pytest.importorskip("psycopg")
    with TemporaryDirectory(prefix="timelines-postgres-", ignore_cleanup_errors=True) as folder:
        server = Postgres(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()
