"""What does the operator decide? Everything that comes from the environment, read once and checked at the start."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec


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


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read settings from the environment; raises SettingsError with one clear line."""
    env = os.environ if environ is None else environ
    url = env.get("DATABASE_URL", "")
    if not url.startswith(("postgresql://", "postgres://")):
        raise SettingsError("DATABASE_URL must look like postgresql://user:password@host:port/name")
    port = _whole(env, "ROUNDS_PORT", 8400)
    return Settings(
        database_url=url,
        data_dir=Path(env.get("ROUNDS_DATA", "var")).resolve(),
        origin=env.get("ROUNDS_ORIGIN", f"http://localhost:{port}").rstrip("/"),
        port=port,
        pool_size=_whole(env, "ROUNDS_POOL", 8),
        statement_timeout_s=_whole(env, "ROUNDS_STATEMENT_TIMEOUT_S", 15),
        is_demo=env.get("ROUNDS_DEMO", "0") == "1",
        files_url=env.get("ROUNDS_FILES", ""),
    )


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise SettingsError(f"{name} must be a whole number above 0, not {text!r}")
    return int(text)
