"""What is the private server told? Its settings and who may connect, written anew at each start."""

import os
import pwd
from dataclasses import dataclass

from infra.place import Place

SETTINGS = (
    "listen_addresses = '127.0.0.1'",
    "max_connections = 80",
    "shared_buffers = 256MB",
    "effective_cache_size = 1GB",
    "work_mem = 16MB",
    "maintenance_work_mem = 128MB",
    "max_wal_size = 2GB",
    "random_page_cost = 1.1",
    "jit = off",
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    "password_encryption = 'scram-sha-256'",
    "unix_socket_permissions = 0700",
    "logging_collector = on",
    "log_filename = 'server-%a.log'",
    "log_truncate_on_rotation = on",
    "log_rotation_age = 1d",
    "log_rotation_size = 0",
    "log_checkpoints = off",
    # Statements and their values carry names and debts: they never reach a log.
    "log_min_error_statement = panic",
    "log_parameter_max_length_on_error = 0",
    "log_error_verbosity = terse",
)
DISPOSABLE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
"""For tests only: a crash of the machine may cost the whole cluster."""


@dataclass(frozen=True)
class Told:
    """What differs from start to start."""

    port: int
    is_disposable: bool


def write(place: Place, told: Told) -> None:
    """Write the settings, the rules of access and the map of system users beside the data."""
    files = {
        "rounds.conf": _settings(place, told),
        "pg_hba.conf": "local all all peer map=own\nhost all rounds 127.0.0.1/32 scram-sha-256\n",
        "pg_ident.conf": _users(place),
    }
    for name, text in files.items():
        path = place.home / name
        path.write_text(text)
        path.chmod(0o644)


def _settings(place: Place, told: Told) -> str:
    sockets = f'"{place.sockets}"'
    own = (
        f"port = {told.port}",
        f"unix_socket_directories = {_quoted(sockets)}",
        f"hba_file = {_quoted(str(place.home / 'pg_hba.conf'))}",
        f"ident_file = {_quoted(str(place.home / 'pg_ident.conf'))}",
        f"log_directory = {_quoted(str(place.logs))}",
    )
    return "\n".join((*SETTINGS, *own, *(DISPOSABLE if told.is_disposable else ()))) + "\n"


def _users(place: Place) -> str:
    """Let the person who started the server in over the socket, as superuser and as the login, without a password."""
    system = {pwd.getpwuid(os.geteuid()).pw_name}
    if place.account is not None:
        system.add(place.account.name)
    return "".join(f'own "{name}" {login}\n' for name in sorted(system) for login in ("postgres", "rounds"))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
