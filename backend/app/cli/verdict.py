"""How does an auditor see a verdict of the contact gate, and that it comes out again from its record alone?"""

import asyncio
from uuid import UUID

import click
import msgspec

from backend.app.cli.local import database_url
from backend.compliance.contact_schemas import Kept
from backend.compliance.replaying import replay as made_again
from backend.compliance.verdict_queries import kept_verdict
from backend.kernel.db import Role, open_database


@click.group()
def verdict() -> None:
    """Look at verdicts of the contact gate."""


@verdict.command()
@click.argument("verdict_id", type=click.UUID)
def show(verdict_id: UUID) -> None:
    """Print a verdict as JSON, with the situation and the history that it was made from."""
    kept = _kept(verdict_id)
    body = msgspec.to_builtins(kept.record)
    history = kept.inputs.get(("history", kept.record.history or ""))
    body["situation"]["history"] = None if history is None else msgspec.json.decode(history)
    click.echo(msgspec.json.format(msgspec.json.encode(body), indent=2))


@verdict.command()
@click.argument("verdict_id", type=click.UUID)
def replay(verdict_id: UUID) -> None:
    """Judge once more from the record alone; says "agrees", or how it differs, with exit code 1."""
    done = made_again(_kept(verdict_id))
    if not done.faults:
        click.echo("agrees")
        return
    for fault in done.faults:
        click.echo(fault)
    raise SystemExit(1)


def _kept(verdict_id: UUID) -> Kept:
    with database_url() as url:
        found = asyncio.run(_read(url, verdict_id))
    if found is None:
        raise click.ClickException(f"no verdict has the id {verdict_id}")
    return found


async def _read(url: str, verdict_id: UUID) -> Kept | None:
    database = await open_database(url, role=Role.JOB, pool_size=1)
    try:
        async with database.pool.acquire() as raw, raw.transaction():
            return await kept_verdict(raw, verdict_id)
    finally:
        await database.close()
