"""What happens between `rounds run` and the printed address? Database, schema, server and worker, in this order."""

import asyncio
import errno
import http.client
import os
import secrets
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import asyncpg
import click
import msgspec
from sqlalchemy.exc import DBAPIError

from backend.app.cli.local import data_dir
from backend.app.demo.ensure import Entrance, ensure_demo
from backend.app.supervise import Child, Running, Stop, SuperviseError, start, stop_all, watch
from backend.kernel.migrate import upgrade
from backend.kernel.settings import Settings, SettingsError, read_settings
from infra import cluster, lan, seat
from infra.errors import InfraError
from infra.lan import Lan

READY_TIMEOUT_S = 60.0
ASK_TIMEOUT_S = 2.0
GRACE_S = 10
"""Seconds that open requests get at the stop."""


class Wish(msgspec.Struct, frozen=True):
    """What the person at the terminal wants, beyond the settings."""

    host: str
    is_demo: bool
    language: str
    is_lan: bool


class RunError(RuntimeError):
    """Rounds cannot start; the text is one line for the person at the terminal."""


@click.command()
@click.option("--host", default="127.0.0.1", envvar="ROUNDS_HOST", show_default=True, help="Address to listen on.")
@click.option(
    "--demo/--no-demo",
    default=None,
    envvar="ROUNDS_DEMO",
    help="Make a lender that does not exist, and let you in; the rule on a private database.",
)
@click.option(
    "--language", type=click.Choice(["zh", "en"]), default="zh", envvar="ROUNDS_LANGUAGE", help="Of the demo."
)
@click.option("--lan", "is_lan", is_flag=True, help="Serve phones on the network too: TLS by Caddy (make run LAN=1).")
def run(host: str, *, demo: bool | None, language: str, is_lan: bool) -> None:
    """Start Rounds; Ctrl-C or SIGTERM stops server, worker, TLS and database, in this order."""
    stop = Stop()
    stop.listen()
    is_demo = demo if demo is not None else not os.environ.get("DATABASE_URL")
    try:
        serve(Wish(host=host, is_demo=is_demo, language=language, is_lan=is_lan), stop)
    except (RunError, InfraError, SettingsError, SuperviseError) as error:
        raise click.ClickException(str(error)) from error


def serve(wish: Wish, stop: Stop) -> None:
    """Run until told to stop; raises RunError, InfraError, SettingsError or SuperviseError with one clear line."""
    data = data_dir()
    phones = lan.lan_of(os.environ, data) if wish.is_lan else None
    given = {**os.environ, "ROUNDS_ORIGIN": phones.origin} if phones else dict(os.environ)
    has_own_exchange = wish.is_demo and not given.get("ROUNDS_LINE_URL")
    if has_own_exchange:
        given["ROUNDS_LINE_URL"] = demo_exchange()
    # A syntactically right URL stands in until the database has said its own.
    chosen = read_settings({**given, "DATABASE_URL": os.environ.get("DATABASE_URL") or "postgresql://"})
    with ExitStack() as held:
        held.enter_context(seat.taken(data, chosen.origin))
        check_port(wish.host, chosen.port)
        children = [server_child(wish.host, chosen.port), worker_child()]
        if wish.is_demo and chosen.is_demo_live:
            children.append(demo_child())
        if has_own_exchange:
            children.append(exchange_child(chosen.line_url))
        if phones is not None:
            children.append(tls_child(phones, chosen.port))
        url = held.enter_context(_database(data))
        bring_up_to_date(url)
        environment = environment_of(chosen, wish, url, data)
        running = start(children, environment)
        held.callback(stop_all, running, _say)
        # The server needs a second to load; the demo is made, or found, meanwhile.
        zone = os.environ.get("ROUNDS_MAP_ZONE")
        made = ensure_demo(url, data, language=wish.language, map_zone=zone) if wish.is_demo else None
        entrances = asyncio.run(made) if made else []
        if not wait_until_ready(running, chosen.port, phones, stop):
            return
        if phones is not None:
            invite_phones(phones, entrances)
        announce(chosen.origin, entrances)
        watch(running, environment, stop, _say)
        _say("stopping")
    _say("stopped")


def bring_up_to_date(url: str) -> None:
    """Migrate; raises RunError when the database cannot be reached or refuses."""
    try:
        upgrade(url)
    except (OSError, DBAPIError, asyncpg.PostgresError) as error:
        told = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        why = str(told).strip().splitlines()[0].partition(">: ")[2] or str(told).strip().splitlines()[0]
        raise RunError(f"the database cannot be brought up to date ({why}): look at DATABASE_URL") from error


def server_child(host: str, port: int) -> Child:
    """Describe the web server: one process, which keeps permits, channels and limits in one place."""
    arguments = (
        sys.executable,
        "-m",
        "uvicorn",
        "backend.app.asgi:app",
        "--factory",
        f"--host={host}",
        f"--port={port}",
        "--loop=uvloop",
        "--http=httptools",
        "--no-access-log",
        "--log-level=warning",
        f"--timeout-graceful-shutdown={GRACE_S}",
    )
    return Child(name="server", arguments=arguments)


def worker_child() -> Child:
    """Describe the worker: reactions, messages and what is done by the clock."""
    return Child(name="worker", arguments=(sys.executable, "-m", "backend.app.worker"))


def demo_child() -> Child:
    """Describe the demo's life: its collectors and clients, who act by themselves."""
    return Child(name="demo", arguments=(sys.executable, "-m", "backend.app.demo.live.process"))


def demo_exchange() -> str:
    """Return an address for the exchange of the demo: a free port of this machine, and a password of this run."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return f"http://rounds:{secrets.token_urlsafe(16)}@127.0.0.1:{found.getsockname()[1]}"


def exchange_child(url: str) -> Child:
    """Describe the exchange of the demo: people who answer the telephone, or do not."""
    told = {"ROUNDS_LINE_URL": url, "ROUNDS_SIMULATOR_PACE": "3"}
    return Child(name="exchange", arguments=(sys.executable, "-m", "backend.calls.line.simulator"), environment=told)


def tls_child(phones: Lan, server_port: int) -> Child:
    """Describe Caddy, once its ports are free and its folder is there; raises RunError or LanError."""
    for port in (phones.port, phones.page_port):
        check_port(phones.bind, port, another=f"ROUNDS_LAN_PORT={phones.port + 10} make run LAN=1")
    lan.prepare(phones)
    return Child(name="TLS proxy", arguments=lan.arguments(), environment=lan.environment(phones, server_port))


def check_port(host: str, port: int, another: str | None = None) -> None:
    """Raise RunError unless the port can be listened on; `another` is a command that takes another port."""
    another = another or f"ROUNDS_PORT={port + 1} make run"
    try:
        with socket.create_server((host, port)):
            return
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = f"port {port} is taken by another program: stop it, or choose another: {another}"
        elif error.errno == errno.EACCES:
            why = f"port {port} is for root only: choose one above 1023: ROUNDS_PORT=8400 make run"
        else:
            why = f"cannot listen on {host}:{port}: {error.strerror}: is it an address of this machine?"
        raise RunError(why) from error


def wait_until_ready(running: list[Running], port: int, phones: Lan | None, stop: Stop) -> bool:
    """Return True once all that listen answer, False when told to stop before; raises RunError when one fell."""
    until = time.monotonic() + READY_TIMEOUT_S
    while not (answers(port) and (phones is None or lan.is_up(phones))):
        if stop.wait(0.1):
            return False
        for one in running:
            if one.process.poll() is not None:
                raise RunError(f"the {one.child.name} did not start: its last words stand above")
        if time.monotonic() > until:
            raise RunError(f"the server did not answer in {READY_TIMEOUT_S:.0f} s: is the machine overloaded?")
    return True


def answers(port: int) -> bool:
    """Say whether the server on this machine answers that it is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ASK_TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def environment_of(chosen: Settings, wish: Wish, url: str, data: Path) -> dict[str, str]:
    """Return the environment of the children: what the operator said, and what was found out here."""
    found = {
        "DATABASE_URL": url,
        "ROUNDS_DATA": str(data),
        "ROUNDS_ORIGIN": chosen.origin,
        "ROUNDS_DEMO": "1" if wish.is_demo else "0",
        "ROUNDS_LINE_URL": chosen.line_url,
    }
    return {**os.environ, **found}


def announce(origin: str, entrances: list[Entrance]) -> None:
    """Tell the person at the terminal where to go."""
    if entrances:
        _say("each of these links lets you in once:")
    for one in entrances:
        click.echo(f"  {one.role.value:<10} {one.name:<12} {origin}/enter#{one.token}")
    _say(f"ready at {origin} (Ctrl-C stops everything)")


def invite_phones(phones: Lan, entrances: list[Entrance]) -> None:
    """Write the page with the certificate, and show codes for a phone's camera: that page, then the first way in."""
    lan.write_page(phones)
    is_coloured = sys.stdout.isatty()
    _say(f"phones first, once: {phones.page} (the certificate, and how to install it)")
    click.echo(lan.qr_code(phones.page, is_coloured=is_coloured))
    _say(f"the certificate's SHA-256: {lan.fingerprint(phones)}")
    for one in entrances[:1]:
        _say(f"then this lets a phone in as {one.role.value}, once:")
        click.echo(lan.qr_code(f"{phones.origin}/enter#{one.token}", is_coloured=is_coloured))


@contextmanager
def _database(data: Path) -> Iterator[str]:
    """Give the URL of the database: the operator's own, or the private one, started and stopped here."""
    given = os.environ.get("DATABASE_URL", "")
    if given:
        yield given
        return
    with cluster.running(data) as private:
        if private.place.moved_from is not None:
            _say(f"the database lives in {private.place.home}: user postgres cannot reach {private.place.moved_from}")
        yield cluster.dsn(private)


def _say(text: str) -> None:
    click.echo(f"rounds: {text}")
