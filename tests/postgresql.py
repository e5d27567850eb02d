"""A PostgreSQL of the test's own: a private cluster in a folder of its own, on a socket, with fsync as in earnest."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_OPTIONS = ("fsync=on", "listen_addresses=", "max_connections=60", "log_min_messages=fatal", "shared_buffers=64MB")


def binaries() -> Path | None:
    """The folder of the server's programs: SHIRASE_POSTGRESQL, the PATH, or the newest that Debian installed."""
    named = os.environ.get("SHIRASE_POSTGRESQL", "")
    on_path = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    folders = [Path(named)] if named else [*([Path(on_path).resolve().parent] if on_path else []), *debian]
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "postgres").exists()), None)


class Cluster:
    """A running server. PostgreSQL refuses to run as root: root lends it another user."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self.folder = programs, folder
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = _somebody()
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        command = [self._programs / "initdb", "-D", self.folder / "data", "-U", "shirase", "-A", "trust"]
        subprocess.run(
            [*command, "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self.folder,
            **self._as,
        )

    def start(self, *options: str) -> None:
        """Run it, and come back when it answers."""
        settings = [word for option in (*_OPTIONS, *options) for word in ("-c", option)]
        command = [self._programs / "postgres", "-D", self.folder / "data", "-k", self.folder, *settings]
        self._process = subprocess.Popen(command, cwd=self.folder, stderr=subprocess.DEVNULL, **self._as)
        deadline = time.monotonic() + 30
        while subprocess.run([self._programs / "pg_isready", "-q", "-h", self.folder], check=False).returncode:
            assert self._process.poll() is None and time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.02)

    def crash(self) -> None:
        """Fall over: nothing is written out, the next start recovers from the log."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)

    @property
    def socket(self) -> str:
        """Where it listens."""
        return str(self.folder / ".s.PGSQL.5432")

    @contextmanager
    def standby(self) -> Iterator[Cluster]:
        """Another server that follows this one; while it runs, no commit is confirmed before it has it, too."""
        other = Cluster(self._programs, Path(tempfile.mkdtemp(prefix="pg-")))
        command = [self._programs / "pg_basebackup", "-h", self.folder, "-U", "shirase", "-D", other.folder / "data"]
        try:
            subprocess.run([*command, "-R", "-c", "fast", "-X", "stream"], check=True, cwd="/", **self._as)
            other.start()
            self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
            self.sql("SELECT pg_reload_conf()")
            yield other
        finally:
            other.crash()
            shutil.rmtree(other.folder)

    def promote(self) -> None:
        """A standby becomes the server, on a timeline of its own, and waits for nobody."""
        self.sql("ALTER SYSTEM RESET synchronous_standby_names")
        self.sql("SELECT pg_promote(true, 60)")

    @property
    def pids(self) -> list[int]:
        """The server, and every process of it."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return [self._process.pid, *map(int, children)]

    def kill_one(self, chance: random.Random) -> None:
        """``kill -9`` of one process that serves somebody: the server ends all others, and recovers."""
        serving = [pid for pid in self.pids if b"[local]" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        os.kill(chance.choice(serving), signal.SIGKILL)

    def kill(self) -> None:
        """``kill -9`` of the server and every process of it."""
        assert self._process is not None
        _, *children = self.pids
        self._process.kill()
        self._process.wait()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        while any(Path(f"/proc/{child}").exists() for child in children):
            time.sleep(0.01)

    def database(self, name: str) -> str:
        """A new, empty database; its address."""
        self.sql(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql://shirase@/{name}?host={self.folder}"

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as the owner of the cluster; what it prints."""
        command = [*self._psql(database), "-v", "ON_ERROR_STOP=1", "-c", statement]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd="/").stdout.strip()

    @contextmanager
    def session(self, database: str) -> Iterator[Psql]:
        """One session for many statements."""
        opened = Psql(self._psql(database))
        try:
            yield opened
        finally:
            opened.close()

    def _psql(self, database: str) -> list[Any]:
        return [self._programs / "psql", "-h", self.folder, "-U", "shirase", "-qAtX", "-d", database]


class Psql:
    """A session that stays open: a new one reads the whole catalogue anew, six times the work of what is asked."""

    def __init__(self, command: list[Any]) -> None:
        self._command = command
        self._process: subprocess.Popen[str] | None = None

    def run(self, statement: str) -> bool:
        """Run a statement; False where the server refused it. A session that a test has ended is opened again."""
        told = self._told(statement) or self._told(statement)
        assert told, "no session with the server"
        return told == "false"

    def _told(self, statement: str) -> str:
        """Was it an error: true, false, or nothing where the session has ended."""
        if self._process is None or self._process.poll() is not None:
            self._process = self._opened()
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(f"{statement};\n\\echo :ERROR\n")
            self._process.stdin.flush()
        told = self._process.stdout.readline().strip()
        if not told:
            self._process.wait()
        return told

    def close(self) -> None:
        if self._process is not None:
            self._process.communicate()

    def _opened(self) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(self._command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, cwd="/")


@contextmanager
def cluster(programs: Path) -> Iterator[Cluster]:
    """A started cluster that is gone afterwards. Its folder has a short name: a socket's may not be long."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    made = Cluster(programs, folder)
    try:
        made.create()
        made.start()
        yield made
    finally:
        made.crash()  # nobody reads it again: writing all of it out, and syncing it, takes seconds
        shutil.rmtree(folder)


def _somebody() -> pwd.struct_passwd:
    names = {one.pw_name: one for one in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]
