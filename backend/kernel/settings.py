"""What does the operator decide? Everything that comes from the environment, read once and checked at the start."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

DEMO_PACE_MAX = 3600
_CONTACT = re.compile(r"mailto:[^@\s]+@(localhost|[\w-]+(\.[\w-]+)+)|https://[\w-]+(\.[\w-]+)+")


class SettingsError(ValueError):
    """A setting cannot be used; the text says which one and what it should look like."""


class Settings(msgspec.Struct, frozen=True):
    """The settings of one process; a path is absolute, a time-out is in seconds."""

    database_url: str
    data_dir: Path
    origin: str
    port: int
    pool_size: int
    statement_timeout_s: int
    is_demo: bool
    files_url: str = ""
    """Where finished files lie: empty for a folder under data_dir, or s3://bucket/path and its like."""

    push_contact: str = "mailto:rounds@localhost"
    """Whom a push service may write to about us (RFC 8292, 2.1): mailto: or https:."""

    is_push_test: bool = False
    """Whether pushes may go to a push service on this very machine, over http."""

    is_demo_live: bool = True
    """Whether the people of the demo may act by themselves at all; its switch decides when."""

    demo_pace: int = 24
    """How many simulated seconds pass in one of the clock: 24 makes a shift of nine hours 23 minutes."""

    keep_uploads_days: int = 7
    """How long a file waits whose import failed or was never started; a book is personal data."""

    tsa_url: str = ""
    """Which authority stamps the heads of the journal (RFC 3161); without one only this server attests them."""

    tsa_roots: Path | None = None
    """The file (PEM) with the root certificates that its stamps must be signed under."""

    line_url: str = ""
    """The exchange that places calls (ARI), as http://user:password@host:port; without one calls are made by hand."""

    line_trunk: str = "PJSIP/{number}@trunk"
    """How the exchange dials a number."""

    line_desk: str = "PJSIP/{login}"
    """How it rings the telephone of somebody at a desk."""

    line_queue: str = "PJSIP/handover"
    """How it rings whoever takes over from a robot."""

    line_caller_id: str = ""
    """The registered number that is shown to those who are called."""


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read settings from the environment; raises SettingsError with one clear line."""
    env = os.environ if environ is None else environ
    url = env.get("DATABASE_URL", "")
    if not url.startswith(("postgresql://", "postgres://")):
        raise SettingsError("DATABASE_URL must look like postgresql://user:password@host:port/name")
    port = _whole(env, "ROUNDS_PORT", 8400)
    origin = env.get("ROUNDS_ORIGIN", f"http://localhost:{port}").rstrip("/")
    tsa_url, tsa_roots = stamp_authority(env)
    return Settings(
        database_url=url,
        data_dir=Path(env.get("ROUNDS_DATA", "var")).resolve(),
        origin=origin,
        port=port,
        pool_size=_whole(env, "ROUNDS_POOL", 8),
        statement_timeout_s=_whole(env, "ROUNDS_STATEMENT_TIMEOUT_S", 15),
        is_demo=env.get("ROUNDS_DEMO", "0") == "1",
        files_url=env.get("ROUNDS_FILES", ""),
        push_contact=_push_contact(env, origin),
        is_push_test=_push_test(env, origin),
        is_demo_live=env.get("ROUNDS_DEMO_LIVE", "1") == "1",
        demo_pace=_demo_pace(env),
        keep_uploads_days=_whole(env, "ROUNDS_KEEP_UPLOADS_DAYS", 7),
        tsa_url=tsa_url,
        tsa_roots=tsa_roots,
        line_url=_line_url(env),
        line_trunk=_endpoint(env, "ROUNDS_LINE_TRUNK", "PJSIP/{number}@trunk", "{number}"),
        line_desk=_endpoint(env, "ROUNDS_LINE_DESK", "PJSIP/{login}", "{login}"),
        line_queue=env.get("ROUNDS_LINE_QUEUE", "PJSIP/handover"),
        line_caller_id=env.get("ROUNDS_LINE_CALLER_ID", ""),
    )


def _line_url(env: Mapping[str, str]) -> str:
    url = env.get("ROUNDS_LINE_URL", "")
    parts = urlsplit(url)
    if url and not (parts.scheme in {"http", "https"} and parts.hostname and parts.username and parts.password):
        raise SettingsError("ROUNDS_LINE_URL must look like http://user:password@host:8088")
    return url


def _endpoint(env: Mapping[str, str], name: str, default: str, field: str) -> str:
    endpoint = env.get(name, default)
    if endpoint.count(field) != 1 or endpoint.count("{") != 1 or endpoint.count("}") != 1:
        raise SettingsError(f"{name} must hold {field} once and no other braces, as {default} does")
    return endpoint


def stamp_authority(environ: Mapping[str, str] | None = None) -> tuple[str, Path | None]:
    """Read which authority stamps, and the file of its roots; ("", None) for none. Raises SettingsError."""
    env = os.environ if environ is None else environ
    url, roots = env.get("ROUNDS_TSA_URL", ""), env.get("ROUNDS_TSA_ROOTS", "")
    if bool(url) != bool(roots):
        raise SettingsError("ROUNDS_TSA_URL and ROUNDS_TSA_ROOTS go together: an address, and a file of certificates")
    if not url:
        return "", None
    if not url.startswith(("http://", "https://")) or not urlsplit(url).hostname:
        raise SettingsError("ROUNDS_TSA_URL must look like https://tsa.example.org/tsr")
    if not Path(roots).is_file():
        raise SettingsError(f"ROUNDS_TSA_ROOTS must name a file of certificates (PEM); there is no {roots}")
    return url, Path(roots).resolve()


def _push_contact(env: Mapping[str, str], origin: str) -> str:
    """Return the operator's own contact; without one a public site stands for itself (not by a bare name or a port)."""
    site = f"https://{urlsplit(origin).hostname}"
    default = site if origin.startswith("https://") and _CONTACT.fullmatch(site) else "mailto:rounds@localhost"
    contact = env.get("ROUNDS_PUSH_CONTACT", default)
    if _CONTACT.fullmatch(contact) is None:
        raise SettingsError(f"ROUNDS_PUSH_CONTACT must look like mailto:somebody@example.org, not {contact!r}")
    return contact


def _push_test(env: Mapping[str, str], origin: str) -> bool:
    is_test = env.get("ROUNDS_PUSH_TEST", "0") == "1"
    if is_test and origin.startswith("https://"):
        raise SettingsError("ROUNDS_PUSH_TEST lets pushes go to this machine: it must not be set on a public site")
    return is_test


def _demo_pace(env: Mapping[str, str]) -> int:
    pace = _whole(env, "ROUNDS_DEMO_PACE", 24)
    if pace > DEMO_PACE_MAX:
        raise SettingsError(f"ROUNDS_DEMO_PACE must be at most {DEMO_PACE_MAX}, not {pace}")
    return pace


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(f"{name} must be a whole number above 0, not {text!r}")
    return int(text)
