"""How does an operator or auditor find out that nothing in the journal was changed? Every head is held against it."""

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
import msgspec

from backend.app.cli.local import data_dir, database_url
from backend.journal.schemas import SealedHead
from backend.journal.sealing import faults_of
from backend.journal.stamping import Authority, open_authority
from backend.journal.stamping_queries import numbers_of, stamps_between
from backend.journal.stamps import StampError, check_stamp
from backend.kernel.db import Database, Role, open_database
from backend.kernel.settings import SettingsError, stamp_authority
from backend.kernel.signing import open_signing_key


class Audited(msgspec.Struct, frozen=True):
    """What was found at one lender; `last` is the newest head, which stands for all before it.

    `stamped` is the newest head that an authority stamped, and when; null without an authority in the settings.
    """

    code: str
    heads: int
    events: int
    faults: list[tuple[int, str]]
    last: SealedHead | None
    stamped: tuple[int, datetime] | None


@click.command()
@click.option("--key", "keys", multiple=True, help="Public key (base64) that heads may be signed with; default: ours.")
def audit(keys: tuple[str, ...]) -> None:
    """Make every tree of the journal anew and compare it with its signed head; exit code 1 when one does not hold.

    Note the last head somewhere else now and then: whoever can change everything here cannot change that note.
    """
    try:
        authority = open_authority(*stamp_authority())
    except SettingsError as wrong:
        raise click.ClickException(str(wrong)) from wrong
    with database_url() as url:
        found = asyncio.run(_audit(url, data_dir() / "keys", keys, authority))
    for one in found:
        if one.last is None:
            click.echo(f"{one.code}: nothing is sealed yet")
            continue
        click.echo(f"{one.code}: {one.events} events under {one.heads} heads, the last of {one.last.sealed_at}")
        click.echo(f"  last head: number {one.last.number}, root {one.last.root}")
        for number, fault in one.faults:
            click.echo(f"  head {number}: {fault}")
        click.echo(f"  {_word_on(one.stamped)}")
    if any(one.faults for one in found):
        raise SystemExit(1)


def _word_on(stamped: tuple[int, datetime] | None) -> str:
    if stamped is None:
        return "no time stamp was looked at: when heads were sealed is this server's own word"
    return f"head {stamped[0]} and all before it were there at {stamped[1]:%Y-%m-%d %H:%M:%S} UTC, by a time stamp"


async def _audit(url: str, folder: Path, given: tuple[str, ...], authority: Authority | None) -> list[Audited]:
    keys = _named(given or (open_signing_key(folder).public_key,))
    database = await open_database(url, role=Role.JOB, pool_size=1)
    try:
        async with database.pool.acquire() as raw:
            tenants = await raw.fetch("SELECT id, code FROM tenants ORDER BY code")
        return [await _audited(database, (row["id"], row["code"]), keys, authority) for row in tenants]
    finally:
        await database.close()


def _named(keys: tuple[str, ...]) -> dict[str, str]:
    """Return the keys under the names that heads give."""
    try:
        return {hashlib.sha256(base64.b64decode(key, validate=True)).hexdigest()[:16]: key for key in keys}
    except ValueError as error:
        raise click.BadParameter("a public key is base64 of 32 bytes", param_hint="--key") from error


async def _audited(
    database: Database, lender: tuple[UUID, str], keys: Mapping[str, str], authority: Authority | None
) -> Audited:
    (tenant_id, code), stamped = lender, None
    heads, events, faults, last = 0, 0, [], None
    async with database.pool.acquire() as raw:
        numbers = set() if authority is None else set(await numbers_of(raw, tenant_id))
        async for seal, fault in faults_of(raw, tenant_id, keys):
            last = msgspec.json.decode(seal.head, type=SealedHead)
            heads, events = heads + 1, events + last.count
            if fault is not None:
                faults.append((seal.number, fault))
            if authority is not None and seal.number in numbers:
                response = (await stamps_between(raw, tenant_id, seal.number, seal.number))[seal.number]
                try:
                    stamped = seal.number, check_stamp(seal.head.encode(), response, authority.roots).at
                except StampError as wrong:
                    faults.append((seal.number, str(wrong)))
    return Audited(code=code, heads=heads, events=events, faults=faults, last=last, stamped=stamped)
