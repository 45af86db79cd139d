"""Where does the private database live, which programs serve it, and as which user?

PostgreSQL refuses to run as root. Started by root, everything of the server is done as Debian's `postgres`, who must be
able to reach the folder; a checkout in /root cannot be reached, so the database then lives below /var/lib/rounds.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from infra.errors import ClusterError

MAJOR_MIN = 15
NEEDED = ("initdb", "postgres", "pg_ctl", "psql")
SERVER_PACKAGES = "postgresql-15 postgresql-15-postgis-3"
DEBIAN = Path("/usr/lib/postgresql")
DEBIAN_SHARE = Path("/usr/share/postgresql")
FALLBACK = Path("/var/lib/rounds")
SHORT = Path("/tmp")  # noqa: S108 - not TMPDIR: every process must find the same folder; its owner is checked
SOCKET_PATH_MAX = 100
"""Bytes; the kernel's limit is 107, and the name of the socket comes on top of the folder."""


@dataclass(frozen=True)
class Account:
    """The unprivileged user who runs the server when root starts it."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    """Everything that is known before the server runs; `moved_from` names the folder that could not be used."""

    home: Path
    programs: Path
    account: Account | None
    moved_from: Path | None

    @property
    def data(self) -> Path:
        """The folder that belongs to PostgreSQL alone."""
        return self.home / "cluster"

    @property
    def logs(self) -> Path:
        """Where the server writes what happens to it; never a statement's values."""
        return self.home / "log"

    @property
    def sockets(self) -> Path:
        """A private folder with a path short enough for a Unix socket."""
        inside = self.home / "sockets"
        if len(os.fsencode(inside / ".s.PGSQL.65535.lock")) <= SOCKET_PATH_MAX:
            return inside
        return SHORT / f"rounds-{os.geteuid()}-{_short(self.home)}"


def locate(data: Path) -> Place:
    """Say where the database of a data folder lives; makes the folder. Raises ClusterError with what to do."""
    wanted = data.resolve() / "pg"
    account = _account() if os.geteuid() == 0 else None
    moved_from = None
    home = wanted
    _make(home)
    if account is not None and not can_reach(account, home):
        moved_from, home = wanted, FALLBACK / _short(wanted)
        _make(home)
        if not can_reach(account, home):
            raise ClusterError(f"user {account.name} can reach neither {wanted} nor {home}: set ROUNDS_DATA")
    owner = home.stat().st_uid
    if owner != os.geteuid():
        raise ClusterError(f"{home} belongs to user {_name(owner)}: start as that user, or set ROUNDS_DATA")
    return place_at(home, moved_from)


def place_at(home: Path, moved_from: Path | None = None) -> Place:
    """Describe a home that exists already."""
    account = _account() if os.geteuid() == 0 else None
    return Place(home=home, programs=find_programs(home / "cluster"), account=account, moved_from=moved_from)


def can_reach(account: Account, folder: Path) -> bool:
    """Say whether the account may enter the folder (asked of the system, so that ACLs count)."""
    asked = subprocess.run(
        ["/usr/bin/test", "-x", str(folder)],
        check=False,
        timeout=10,
        cwd="/",
        user=account.uid,
        group=account.gid,
        extra_groups=[],
    )
    return asked.returncode == 0


def find_programs(data: Path) -> Path:
    """Return the folder of the server's programs: the version that made `data`, else the newest with PostGIS."""
    made_by = (data / "PG_VERSION").read_text().strip() if _exists(data / "PG_VERSION") else None
    found = {f.parent.name: f for f in DEBIAN.glob("*/bin") if f.parent.name.isdecimal() and _serves(f)}
    if made_by is not None:
        if made_by not in found:
            raise ClusterError(
                f"{data} was made by PostgreSQL {made_by}, whose programs are missing: "
                f"install postgresql-{made_by} and postgresql-{made_by}-postgis-3"
            )
        return found[made_by]
    usable = sorted((int(major) for major in found if int(major) >= MAJOR_MIN), reverse=True)
    if not usable:
        raise ClusterError(f"PostgreSQL with PostGIS is missing: run make setup, or apt-get install {SERVER_PACKAGES}")
    return found[str(usable[0])]


def free_mb(folder: Path) -> int:
    """Return the megabytes left on the disk of a folder."""
    return shutil.disk_usage(folder).free // 1_000_000


def _serves(programs: Path) -> bool:
    extension = DEBIAN_SHARE / programs.parent.name / "extension" / "postgis.control"
    return extension.is_file() and all((programs / name).is_file() for name in NEEDED)


def _account() -> Account:
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        raise ClusterError(f"user postgres is missing: run make setup, or apt-get install {SERVER_PACKAGES}") from None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def _make(home: Path) -> None:
    """Make the folder: others may pass through it (the server does), not look into it."""
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        home.mkdir(mode=0o711, exist_ok=True)
    except OSError as error:
        raise ClusterError(f"cannot make {home} ({error.strerror}): set ROUNDS_DATA to a folder of yours") from error


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        return False


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _short(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
