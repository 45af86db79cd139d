"""Does the example for containers name what exists? No engine runs here: its parts are tried one by one."""

import asyncio
import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import click
import pytest
import yaml  # type: ignore[import-untyped]  # its types come as a package of their own (types-PyYAML)

from backend.app.cli.main import cli
from backend.kernel.migrate import upgrade
from infra import place, server, setup
from infra.packages import NEEDS, Purpose
from tests.cluster import data_folder

INFRA = Path(server.__file__).parent
CHECKOUT = INFRA.parent
NAME = "rounds.lan"
VARIABLE = re.compile(r"\$\{(\w+):\?set it\}")


@pytest.fixture
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((INFRA / "compose.yaml").read_text())
    return read


def steps() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, with lines that go on joined."""
    text = (INFRA / "Dockerfile").read_text().replace("\\\n", " ")
    pairs = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, rest in pairs]


def test_every_file_that_the_services_take_from_here_exists(compose: dict[str, Any]) -> None:
    taken = [one.split(":")[0] for service in compose["services"].values() for one in service.get("volumes", [])]
    assert sorted(one for one in taken if one.startswith(".")) == ["./Caddyfile", "./first-start.sh", "./roles.sql"]
    assert all((INFRA / one).is_file() for one in taken if one.startswith("."))
    assert {one for one in taken if not one.startswith(".")} == set(compose["volumes"])
    build = compose["services"]["rounds"]["build"]
    assert (INFRA / build["context"]).resolve() == CHECKOUT
    assert (CHECKOUT / build["dockerfile"]).is_file()


def test_nothing_starts_with_a_password_or_a_name_left_out(compose: dict[str, Any]) -> None:
    asked = set(VARIABLE.findall((INFRA / "compose.yaml").read_text()))
    assert asked == {"POSTGRES_PASSWORD", "ROUNDS_PASSWORD", "ROUNDS_NAME"}
    plain = [value for service in compose["services"].values() for value in service.get("environment", {}).values()]
    assert not [value for value in plain if "postgresql://" in value and "${ROUNDS_PASSWORD" not in value]


def test_a_name_of_the_own_network_gets_its_certificate_from_nobody_else(compose: dict[str, Any]) -> None:
    tls = compose["services"]["tls"]
    told = {name: VARIABLE.sub(NAME, value) for name, value in tls["environment"].items()}
    inside = {one.split(":")[1]: one.split(":")[0] for one in tls["volumes"]}
    config = tls["command"][tls["command"].index("--config") + 1]
    done = subprocess.run(
        ["caddy", "adapt", "--config", str(INFRA / inside[config]), "--adapter", "caddyfile"],
        check=True,
        timeout=30,
        capture_output=True,
        env={**os.environ, **told},
    )
    apps = json.loads(done.stdout)["apps"]
    named = [one for one in apps["tls"]["automation"]["policies"] if "subjects" in one]
    assert [(one["subjects"], one["issuers"]) for one in named] == [([NAME], [{"module": "internal"}])]
    listened = {int(at.split(":")[1]) for one in apps["http"]["servers"].values() for at in one["listen"]}
    assert listened == {int(one.split(":")[1]) for one in tls["ports"]}
    assert '"dial": "rounds:8400"' in json.dumps(apps)
    assert compose["services"]["rounds"]["environment"]["ROUNDS_ORIGIN"] == "https://${ROUNDS_NAME:?set it}"


def test_the_image_is_set_up_as_a_machine_is() -> None:
    runs = " && ".join(rest for word, rest in steps() if word == "RUN")
    words = [shlex.split(one) for one in runs.split("&&")]
    installed = {name for one in words if one[:2] == ["apt-get", "install"] for name in one[2:]}
    assert {name for need in NEEDS if need.purpose == Purpose.RUN for name in need.packages} <= installed
    (own,) = [one for one in words if one[:2] == ["python3", "-m"]]
    assert own[2] == "infra.setup"
    assert set(own[3:]) <= set(re.findall(r"--[a-z-]+", Path(setup.__file__).read_text()))
    ignored = (INFRA / "Dockerfile.dockerignore").read_text().split()
    assert {".venv", "var", "build", "**/node_modules"} <= set(ignored), "what is made on this machine stays here"


def test_the_image_starts_a_command_that_exists_and_is_listened_to() -> None:
    told = dict(steps())
    program, name, *options = json.loads(told["CMD"])
    assert program == ".venv/bin/rounds"
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.make_context(name, options).params["demo"] is False
    settings = dict(one.split("=") for one in told["ENV"].split())
    assert settings["ROUNDS_HOST"] == "0.0.0.0"  # noqa: S104 - a container listens to its network
    assert told["USER"] == "rounds"
    assert told["EXPOSE"] == "8400"


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[place.Place]:
    """Run a cluster as initdb leaves it: what an image of PostgreSQL has before its first script."""
    with data_folder() as folder:
        nothing = folder / "nothing.sql"
        nothing.write_text("SELECT 1;\n")
        monkeypatch.setattr(server, "ROLES", nothing)
        found = place.locate(folder)
        server.make(found)
        server.start(found, is_disposable=True)
        yield found
        server.stop(found)


def first_start(plain: place.Place, password: str) -> subprocess.CompletedProcess[str]:
    """Run the script as the image of the database does."""
    told = {
        "PATH": f"{plain.programs}:/usr/bin:/bin",
        "PGHOST": str(plain.sockets),
        "PGPORT": str(server.port_of(plain)),
        "ROUNDS_PASSWORD": password,
        "ROUNDS_ROLES": str(INFRA / "roles.sql"),
    }
    script = [str(INFRA / "first-start.sh")]
    return subprocess.run(script, check=False, timeout=120, env=told, capture_output=True, encoding="utf-8")


async def test_the_first_start_of_the_database_leaves_what_rounds_needs(plain: place.Place) -> None:
    password = "it's-a-secret"
    done = await asyncio.to_thread(first_start, plain, password)
    assert done.returncode == 0, done.stderr
    url = f"postgresql://rounds:{quote(password)}@127.0.0.1:{server.port_of(plain)}/rounds"
    await asyncio.to_thread(upgrade, url)
    raw = await asyncpg.connect(url, server_settings={"role": "app_job"})
    assert await raw.fetchval("SELECT count(*) FROM tenants") == 0
    await raw.close()


def test_a_second_first_start_is_refused(plain: place.Place) -> None:
    """The script stops at the first error: a half-made database is never taken for a whole one."""
    assert first_start(plain, "secret").returncode == 0
    again = first_start(plain, "secret")
    assert again.returncode == 3
    assert "already exists" in again.stderr
