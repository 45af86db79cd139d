"""How do phones on the network reach Rounds? Through Debian's Caddy, with a certificate authority of its own.

A browser gives a page no service worker and no keys over plain HTTP from another machine. Caddy's settings are
infra/Caddyfile; its authority and keys lie in the folder `lan` of the data folder. It asks the network for nothing.
"""

import hashlib
import ipaddress
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from infra.errors import InfraError

HERE = Path(__file__).parent
PROGRAMS = ("caddy", "qrencode")
PORT_DEFAULT = "8443"
PORT_MAX = 65_534
"""The page with the certificate is one port above."""

ELSEWHERE = "198.51.100.1"
"""An address of a network that does not exist (RFC 5737): asked which way leads there, and never sent anything."""

NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
QR_TIMEOUT_S = 10
LOOK_TIMEOUT_S = 2.0


class LanError(InfraError):
    """Phones cannot be served; the text is one line for the person at the terminal."""


@dataclass(frozen=True)
class Lan:
    """Where phones find this machine; `folder` keeps the authority and its keys."""

    name: str
    bind: str
    port: int
    folder: Path

    @property
    def origin(self) -> str:
        """The one address that people type, and that cookies and links hang on."""
        return f"https://{self.name}:{self.port}"

    @property
    def page_port(self) -> int:
        """The port of the page with the certificate."""
        return self.port + 1

    @property
    def page(self) -> str:
        """The address of the page that tells how a phone gets the certificate."""
        return f"http://{self.name}:{self.page_port}"

    @property
    def certificate(self) -> Path:
        """The root certificate, once Caddy has made it."""
        return self.folder / "pki" / "authorities" / "local" / "root.crt"


def lan_of(environ: Mapping[str, str], data: Path) -> Lan:
    """Read ROUNDS_NAME and ROUNDS_LAN_PORT, or find this machine's own address; raises LanError."""
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        raise LanError(f"{' and '.join(absent)} missing: run make run LAN=1, or apt-get install {' '.join(absent)}")
    if environ.get("ROUNDS_ORIGIN"):
        raise LanError("ROUNDS_ORIGIN is set: with LAN=1 the address is made from ROUNDS_NAME and ROUNDS_LAN_PORT")
    name = environ.get("ROUNDS_NAME", "").strip().lower() or own_address()
    port = environ.get("ROUNDS_LAN_PORT", PORT_DEFAULT)
    if not (port.isdecimal() and 1 <= int(port) <= PORT_MAX):
        raise LanError(f"ROUNDS_LAN_PORT must be a whole number from 1 to {PORT_MAX}, not {port!r}")
    return Lan(name=name, bind=_bind_of(name), port=int(port), folder=data / "lan")


def own_address() -> str:
    """Return this machine's address on the way to the rest of the world; nothing is sent. Raises LanError."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            # Connecting a datagram socket only asks the system for the route.
            asked.connect((ELSEWHERE, 9))
        except OSError as error:
            raise LanError(
                "this machine is on no network: name its address: ROUNDS_NAME=192.168.1.20 make run LAN=1"
            ) from error
        return str(asked.getsockname()[0])


def arguments() -> tuple[str, ...]:
    """Return the command that serves phones."""
    return ("caddy", "run", "--config", str(HERE / "Caddyfile"), "--adapter", "caddyfile")


def environment(lan: Lan, server_port: int) -> dict[str, str]:
    """Return what infra/Caddyfile asks for, with folders that keep Caddy out of everybody's home."""
    return {
        "ROUNDS_NAME": lan.name,
        "ROUNDS_UPSTREAM": f"127.0.0.1:{server_port}",
        "ROUNDS_LAN": str(lan.folder),
        "ROUNDS_LAN_BIND": lan.bind,
        "ROUNDS_LAN_PORT": str(lan.port),
        "ROUNDS_LAN_PAGE_PORT": str(lan.page_port),
        "XDG_DATA_HOME": str(lan.folder),
        "XDG_CONFIG_HOME": str(lan.folder),
    }


def prepare(lan: Lan) -> None:
    """Make the folder that only its owner may enter; raises LanError."""
    try:
        lan.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lan.folder.chmod(0o700)
        (lan.folder / "page").mkdir(exist_ok=True)
    except OSError as error:
        raise LanError(f"cannot make {lan.folder} ({error.strerror}): set ROUNDS_DATA to a folder of yours") from error


def is_up(lan: Lan) -> bool:
    """Say whether phones get an answer by TLS that the authority has signed."""
    if not lan.certificate.is_file():
        return False
    trusting = ssl.create_default_context(cafile=str(lan.certificate))
    at = lan.bind if lan.bind == lan.name else "127.0.0.1"
    try:
        with (
            socket.create_connection((at, lan.port), timeout=LOOK_TIMEOUT_S) as plain,
            trusting.wrap_socket(plain, server_hostname=lan.name),
        ):
            return True
    except OSError:
        return False


def fingerprint(lan: Lan) -> str:
    """Return the SHA-256 of the root certificate as phones show it: pairs of hexadecimal digits."""
    der = ssl.PEM_cert_to_DER_cert(lan.certificate.read_text(encoding="ascii"))
    return hashlib.sha256(der).digest().hex(":").upper()


def write_page(lan: Lan) -> None:
    """Write the page that tells a person, in Chinese and English, how the phone gets the certificate."""
    page = Template((HERE / "lan.html").read_text(encoding="utf-8"))
    told = page.substitute(origin=lan.origin, fingerprint=fingerprint(lan))
    (lan.folder / "page" / "index.html").write_text(told, encoding="utf-8")


def qr_code(text: str, *, is_coloured: bool) -> str:
    """Return a QR code to be printed; in a terminal coloured, so that a light one shows it right. Raises LanError."""
    command = ["qrencode", f"--type={'ANSIUTF8' if is_coloured else 'UTF8'}", "--margin=2", "--output=-", text]
    done = subprocess.run(command, check=False, timeout=QR_TIMEOUT_S, capture_output=True, encoding="utf-8")
    if done.returncode != 0:
        raise LanError(f"qrencode failed: {done.stderr.strip() or f'code {done.returncode}'}")
    return done.stdout


def _bind_of(name: str) -> str:
    """Return where to listen: on the address itself, or everywhere for a name, which may lead anywhere."""
    try:
        return str(ipaddress.IPv4Address(name))
    except ipaddress.AddressValueError:
        if NAME.fullmatch(name) is None or name.replace(".", "").isdecimal():
            raise LanError(
                f"ROUNDS_NAME must be a host name or an address such as 192.168.1.20, not {name!r}"
            ) from None
        return "0.0.0.0"  # noqa: S104 - it is what LAN=1 asks for
