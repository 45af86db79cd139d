"""How is the private server made, started and stopped, and is it running? One step each; nobody shares it yet.

A server killed hard leaves `postmaster.pid`; its number may meanwhile belong to some other program. What counts is a
process whose working folder is the data: PostgreSQL's own processes always stand there.
"""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path

from infra import config
from infra.errors import ClusterError
from infra.place import Place, free_mb

ROLES = Path(__file__).with_name("roles.sql")
FREE_MB_TO_MAKE = 300
FREE_MB_TO_START = 50
INIT_TIMEOUT_S = 120
START_TIMEOUT_S = 120
STOP_TIMEOUT_S = 60
SQL_TIMEOUT_S = 120
ORPHAN_TIMEOUT_S = 10
PORT_TRIES = 3
DISK_FULL = "No space left on device"
PORT_TAKEN = ("Address already in use", "could not bind", "could not create any TCP/IP sockets")


def make(place: Place) -> None:
    """Make the cluster, its roles and its database, unless all of it is there; leaves the server stopped.

    What an interrupted attempt left is thrown away: before the mark `ready` stands, nobody has stored anything.
    """
    if (place.home / "ready").exists():
        return
    if free_mb(place.home) < FREE_MB_TO_MAKE:
        raise ClusterError(
            f"disk full: {place.home} has {free_mb(place.home)} MB left, a new database needs {FREE_MB_TO_MAKE} MB:"
            " free some, or set ROUNDS_DATA to a folder on another disk"
        )
    if processes_in(place.data):
        stop(place)
    shutil.rmtree(place.data, ignore_errors=True)
    password = secrets.token_hex(24)
    _write_secret(place.home / "password", password)
    for folder in (place.data, place.logs):
        _make_private(place, folder)
    run(place, _initdb(place), INIT_TIMEOUT_S)
    conf = place.data / "postgresql.conf"
    conf.write_text(conf.read_text() + "\ninclude '../rounds.conf'\n")
    start(place, is_disposable=False)
    try:
        sql(place, ROLES.read_text(), {"password": password})
    finally:
        stop(place)
    (place.home / "ready").touch()


def start(place: Place, *, is_disposable: bool) -> int:
    """Start the server and return its port, once it takes connections; a crashed one recovers first."""
    if free_mb(place.home) < FREE_MB_TO_START:
        raise ClusterError(
            f"disk full: {place.home} has {free_mb(place.home)} MB left, {FREE_MB_TO_START} MB are needed to start"
        )
    _clear_stale_pid(place)
    _make_private(place, place.sockets)
    for tried in range(1, PORT_TRIES + 1):
        port = _choose_port(place, is_first_try=tried == 1)
        config.write(place, config.Told(port=port, is_disposable=is_disposable))
        last_words = _try_start(place)
        if last_words is None:
            (place.home / "port").write_text(f"{port}\n")
            return port
        if not any(sign in last_words for sign in PORT_TAKEN):
            raise ClusterError(_why_not_started(place, last_words))
    raise ClusterError(f"no free port for the database on 127.0.0.1 after {PORT_TRIES} tries: close some programs")


def stop(place: Place) -> None:
    """Stop the server: sessions are ended, nothing committed is lost."""
    arguments = [str(place.programs / "pg_ctl"), "stop", "-D", str(place.data), "-w"]
    try:
        run(place, [*arguments, "-m", "fast", "-t", str(STOP_TIMEOUT_S)], STOP_TIMEOUT_S + 5)
    except ClusterError:
        if is_running(place):
            # The next start replays the log; waiting longer would keep the person at the terminal.
            run(place, [*arguments, "-m", "immediate", "-t", "10"], 15)


def is_running(place: Place) -> bool:
    """Say whether the process named in postmaster.pid lives and is ours."""
    pid = _postmaster_pid(place)
    return pid is not None and pid in processes_in(place.data)


def port_of(place: Place) -> int:
    """Return the port of the running server."""
    try:
        return int((place.home / "port").read_text())
    except (OSError, ValueError) as error:
        raise ClusterError(f"{place.home / 'port'} does not name a port: stop the database and start again") from error


def password_of(place: Place) -> str:
    """Return the login's password."""
    try:
        return (place.home / "password").read_text().strip()
    except OSError as error:
        raise ClusterError(f"cannot read {place.home / 'password'}: {error.strerror}") from error


def sql(place: Place, text: str, variables: dict[str, str] | None = None, database: str = "postgres") -> str:
    """Run statements as superuser over the socket and return what they printed, unaligned and without headers."""
    # Variables go in by the same pipe: an argument could be read in the list of processes.
    settings = "".join(f"\\set {name} '{value}'\n" for name, value in (variables or {}).items())
    at = ["-h", str(place.sockets), "-p", str(port_of(place)), "-U", "postgres", "-d", database]
    arguments = [str(place.programs / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", *at, "-f", "-"]
    return run(place, arguments, SQL_TIMEOUT_S, settings + text)


def run(place: Place, arguments: list[str], timeout_s: float, text: str = "") -> str:
    """Run a program as the server's user and return what it printed; raises ClusterError with its last words."""
    name = Path(arguments[0]).name
    account = place.account
    try:
        done = subprocess.run(
            arguments,
            check=False,
            timeout=timeout_s,
            input=text,
            capture_output=True,
            encoding="utf-8",
            cwd="/",
            env={"PATH": f"{place.programs}:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            # Ctrl-C at the terminal is for the one who started us: a half-made cluster helps nobody.
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise ClusterError(f"{name} did not end in {timeout_s:.0f} s: is the machine overloaded?") from error
    except OSError as error:
        raise ClusterError(f"cannot run {arguments[0]}: {error.strerror}: run make setup") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        if DISK_FULL in said:
            raise ClusterError(f"disk full: {name} could not write to {place.home}: free some space")
        raise ClusterError(f"{name} failed: {said.splitlines()[-1] if said else 'it said nothing'}")
    return done.stdout


def processes_in(data: Path) -> set[int]:
    """Return the numbers of the processes that stand in the data folder."""
    found = set()
    wanted = os.path.realpath(data)
    for entry in Path("/proc").iterdir():
        # Processes end while we look, and those of other users are not ours to see.
        with contextlib.suppress(OSError):
            if entry.name.isdecimal() and str((entry / "cwd").readlink()) == wanted:
                found.add(int(entry.name))
    return found


def _initdb(place: Place) -> list[str]:
    return [
        str(place.programs / "initdb"),
        f"--pgdata={place.data}",
        "--username=postgres",
        "--auth-local=peer",
        "--auth-host=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--data-checksums",
    ]


def _try_start(place: Place) -> str | None:
    """Start once; return None when it runs, else what the server said."""
    log = place.logs / "start.log"
    log.unlink(missing_ok=True)
    arguments = [str(place.programs / "pg_ctl"), "start", "-D", str(place.data), "-l", str(log), "-w"]
    try:
        run(place, [*arguments, "-t", str(START_TIMEOUT_S)], START_TIMEOUT_S + 10)
    except ClusterError as error:
        said = [f.read_text(errors="replace")[-2000:] for f in sorted(place.logs.glob("*.log"), key=_changed)]
        return "\n".join([str(error), *said])
    return None


def _why_not_started(place: Place, last_words: str) -> str:
    if DISK_FULL in last_words:
        return f"disk full: the database in {place.home} could not start: free some space"
    telling = [
        line for line in last_words.splitlines() if "FATAL" in line or "PANIC" in line
    ] or last_words.splitlines()
    return f"the database did not start: {telling[-1].strip()} (all of it: {place.logs})"


def _clear_stale_pid(place: Place) -> None:
    """Remove what a killed server left, once nothing of it stands in the data any more.

    PostgreSQL itself asks only whether a process of that number exists, and so believes another program, or a dead
    process that nobody has collected (containers without an init), to be the server.
    """
    left_files = [place.data / "postmaster.pid", *place.sockets.glob(".s.PGSQL.*")]
    if not any(file.exists() for file in left_files):
        return
    until = time.monotonic() + ORPHAN_TIMEOUT_S
    while processes_in(place.data):
        if time.monotonic() > until:
            pids = " ".join(str(pid) for pid in sorted(processes_in(place.data)))
            raise ClusterError(f"processes of a killed database still run on {place.data}: end them: kill {pids}")
        time.sleep(0.1)
    for file in left_files:
        file.unlink(missing_ok=True)


def _postmaster_pid(place: Place) -> int | None:
    try:
        first = (place.data / "postmaster.pid").read_text().partition("\n")[0]
    except OSError:
        return None
    return int(first) if first.strip().isdecimal() else None


def _choose_port(place: Place, *, is_first_try: bool) -> int:
    """Keep the port of the last start when it is free: people have it in their tools."""
    saved = place.home / "port"
    if is_first_try and saved.exists():
        port = port_of(place)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        chosen = probe.getsockname()[1]
    return int(chosen)


def _make_private(place: Place, folder: Path) -> None:
    """Make a folder that only the server's user may enter; one that somebody else put there is refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    uid = place.account.uid if place.account else os.geteuid()
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in (uid, os.geteuid()):
        raise ClusterError(f"{folder} belongs to somebody else: remove it")
    if place.account is not None:
        os.chown(folder, place.account.uid, place.account.gid)
    folder.chmod(0o700)


def _write_secret(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")


def _changed(path: Path) -> float:
    return path.stat().st_mtime
