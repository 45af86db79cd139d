"""Which Debian packages are missing, and who may install them? Asked of files: a second set-up costs nothing."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from infra.errors import ClusterError, InfraError
from infra.place import find_programs

CLUSTER_CONFIG = Path("/etc/postgresql-common/createcluster.conf")
APT_TIMEOUT_S = 1800
APT_OPTIONS = ("-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300")


class Purpose(Enum):
    """What a set-up is for; a container that is given a database brings none."""

    RUN = "run"
    DATABASE = "database"
    LAN = "lan"
    TESTS = "tests"
    BENCH = "bench"


@dataclass(frozen=True)
class Need:
    """A thing that Debian brings: how to see whether it is there, and the packages that bring it."""

    what: str
    packages: tuple[str, ...]
    is_there: Callable[[], bool]
    purpose: Purpose


def _has_venv() -> bool:
    return importlib.util.find_spec("ensurepip") is not None


def _has_server() -> bool:
    try:
        find_programs(Path("/nonexistent"))
    except ClusterError:
        return False
    return True


def _has_browser() -> bool:
    return shutil.which("chromium") is not None


def _has_caddy() -> bool:
    return shutil.which("caddy") is not None


def _has_qr_codes() -> bool:
    return shutil.which("qrencode") is not None


def _has_atomic() -> bool:
    return any(Path("/usr/lib").glob("*/libatomic.so.1"))


def _has_list_of_trust() -> bool:
    return shutil.which("certutil") is not None


def _has_chinese_font() -> bool:
    return Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").is_file()


NEEDS = (
    Need("virtual environments", ("python3-venv",), _has_venv, Purpose.RUN),
    Need("the database", ("postgresql-15", "postgresql-15-postgis-3"), _has_server, Purpose.DATABASE),
    Need("TLS for phones", ("caddy",), _has_caddy, Purpose.LAN),
    Need("codes for a phone's camera", ("qrencode",), _has_qr_codes, Purpose.LAN),
    Need("a browser for the tests", ("chromium",), _has_browser, Purpose.TESTS),
    # What drives the browser brings a Node of its own, which is linked against it.
    Need("what the browser's driver is linked against", ("libatomic1",), _has_atomic, Purpose.TESTS),
    Need("the browser's list of whom it trusts", ("libnss3-tools",), _has_list_of_trust, Purpose.TESTS),
    Need("Chinese letters on pictures", ("fonts-noto-cjk",), _has_chinese_font, Purpose.TESTS),
)


def missing(purposes: Collection[Purpose]) -> list[str]:
    """Return the names of the packages that must be installed for these purposes."""
    needs = [need for need in NEEDS if need.purpose in purposes]
    return [package for need in needs if not need.is_there() for package in need.packages]


def command_for_administrator(packages: list[str]) -> str:
    """Return the one line that somebody with the right to install must run."""
    line = f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {' '.join(packages)}"
    return f"{line} && sudo systemctl disable --now caddy" if "caddy" in packages else line


def install(packages: list[str], say: Callable[[str], None]) -> None:
    """Install packages as root or through sudo; raises InfraError with the line for an administrator."""
    prefix = _right_to_install(packages)
    say(f"installing {' '.join(packages)} with apt-get")
    _apt(prefix, ["update", "-q"], packages)
    if "postgresql-15" in packages:
        # Debian would make and start a cluster of its own on port 5432; nobody asked for it.
        _apt(prefix, ["install", *APT_OPTIONS, "postgresql-common"], packages)
        _no_system_cluster(prefix)
    if "caddy" in packages:
        # The same with a web server on port 80.
        with _no_system_caddy(prefix):
            _apt(prefix, ["install", *APT_OPTIONS, *packages], packages)
        return
    _apt(prefix, ["install", *APT_OPTIONS, *packages], packages)


def _right_to_install(packages: list[str]) -> list[str]:
    if shutil.which("apt-get") is None:
        raise InfraError(f"this is no Debian: install what these packages bring: {' '.join(packages)}")
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is not None:
        asked = subprocess.run(["sudo", "-n", "true"], check=False, timeout=30, capture_output=True)
        if asked.returncode == 0:
            return ["sudo", "-n"]
    raise InfraError(f"packages are missing; an administrator must run: {command_for_administrator(packages)}")


def _no_system_cluster(prefix: list[str]) -> None:
    lines = CLUSTER_CONFIG.read_text().splitlines() if CLUSTER_CONFIG.exists() else []
    if any(line.strip().startswith("create_main_cluster") for line in lines):
        return
    text = "\n".join([*lines, "create_main_cluster = false", ""])
    subprocess.run(
        [*prefix, "tee", str(CLUSTER_CONFIG)], check=True, timeout=30, input=text.encode(), stdout=subprocess.DEVNULL
    )


@contextmanager
def _no_system_caddy(prefix: list[str]) -> Iterator[None]:
    """Let Debian set up caddy.service, which would listen on port 80, without starting it; leave it switched off."""
    is_booted = Path("/run/systemd/system").is_dir()
    if is_booted:
        _as_root(prefix, ["systemctl", "mask", "--runtime", "caddy.service"])
    try:
        yield
    finally:
        if is_booted:
            _as_root(prefix, ["systemctl", "unmask", "--runtime", "caddy.service"])
    if shutil.which("systemctl") is not None:
        _as_root(prefix, ["systemctl", "disable", "caddy.service"])


def _as_root(prefix: list[str], command: list[str]) -> None:
    try:
        subprocess.run([*prefix, *command], check=True, timeout=30, capture_output=True, encoding="utf-8")
    except (OSError, subprocess.SubprocessError) as error:
        raise InfraError(f"cannot run {' '.join(command)}: {error}") from error


def _apt(prefix: list[str], arguments: list[str], packages: list[str]) -> None:
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *arguments]
    try:
        done = subprocess.run(
            command, check=False, timeout=APT_TIMEOUT_S, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8"
        )
    except subprocess.TimeoutExpired as error:
        raise InfraError(f"apt-get {arguments[0]} took longer than {APT_TIMEOUT_S} s: look at the network") from error
    if done.returncode != 0:
        said = [line for line in (done.stderr + done.stdout).splitlines() if line.startswith("E:")]
        why = said[0] if said else f"code {done.returncode}"
        raise InfraError(f"apt-get {arguments[0]} failed ({why}); try: {command_for_administrator(packages)}")
