"""How does an operator hand over the evidence of a case? `rounds evidence export CASE --tenant CODE --out FILE.zip`."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import click

from backend.app.cli.local import data_dir, database_url
from backend.evidence.deleting import change_rule, due_of
from backend.evidence.deletion_queries import Due
from backend.evidence.deletion_schemas import DeletionMode
from backend.evidence.export import Exported, ExportError, Manner, export_case
from backend.evidence.keeping import KeptError, delete_photo
from backend.evidence.originals import NoLenderError, wish_originals
from backend.evidence.retention import DEFAULT, Retention
from backend.evidence.schemas import Originals
from backend.evidence.storage import open_storage
from backend.journal.stamping import open_authority
from backend.kernel import clock
from backend.kernel.db import Role, open_database
from backend.kernel.settings import SettingsError, stamp_authority
from backend.kernel.signing import SigningKey, open_signing_key
from backend.sync.jobs import refresh_epoch

LISTED_MAX = 200
WORDS = {
    DeletionMode.OFF: "nothing is deleted",
    DeletionMode.TWO_PEOPLE: "two people agree first",
    DeletionMode.AT_ONCE: "it is deleted at once",
}


@click.group()
def evidence() -> None:
    """Hand evidence over so that a stranger can check it."""


@evidence.command("export")
@click.argument("case")
@click.option("--tenant", required=True, help="The code of the lender whose case it is.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The zip file to write.")
@click.option("--redacted", is_flag=True, help="Take redacted copies along, and no original at all.")
def export(case: str, tenant: str, out: Path, *, redacted: bool) -> None:
    """Write all evidence of CASE (its number or id) into one file that proves itself.

    The file holds photos, what the phones signed, the journal's proofs, the log of custody, and verify.py. With
    ROUNDS_TSA_URL and ROUNDS_TSA_ROOTS an authority stamps the newest head first.
    """
    if not out.parent.is_dir():
        raise click.BadParameter(f"there is no folder {out.parent}", param_hint="--out")
    key = open_signing_key(data_dir() / "keys")
    try:
        how = Manner(is_redacted=redacted, authority=open_authority(*stamp_authority()))
        with database_url() as url:
            done = asyncio.run(_export(url, key, (tenant, case, out), how))
    except (ExportError, SettingsError) as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(
        f"{out}: {done.photos} photos ({done.awaited} of them not here), {done.events} events, {done.heads} heads"
    )
    click.echo(f"signed by key {key.key_id}; check it with: python verify.py {out.name} --key {key.key_id}")


@evidence.command("delete")
@click.argument("photo", type=click.UUID)
@click.option("--tenant", required=True, help="The code of the lender whose photo it is.")
@click.option("--basis", required=True, help="The legal basis, as it shall stand in the log of custody.")
def delete(photo: UUID, tenant: str, basis: str) -> None:
    """Delete the bytes of PHOTO (its id) for good; its record, hashes and log of custody stay.

    Refused while its case is open, while a rule keeps it, and while a legal hold stands.
    """
    try:
        with database_url() as url:
            gone = asyncio.run(_delete(url, (tenant, photo), basis))
    except KeptError as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"deleted: {len(gone)} files are gone from the store")


@evidence.command("due")
@click.option("--tenant", required=True, help="The code of the lender whose evidence is meant.")
def due(tenant: str) -> None:
    """Say what may be deleted by now, and on what basis; nothing is changed."""
    try:
        with database_url() as url:
            mode, found = asyncio.run(_due(url, tenant))
    except KeptError as refused:
        raise click.ClickException(str(refused)) from refused
    for one in found[:LISTED_MAX]:
        click.echo(f"{one.id}  {one.kind:9}  case {one.case_number}  due since {one.due_at:%Y-%m-%d}  {one.basis}")
    more = f"more than {LISTED_MAX}" if len(found) > LISTED_MAX else f"{len(found)}"
    click.echo(f"{more} due; this lender's rule at the end of retention: {WORDS[mode]}")


@evidence.command("keep")
@click.argument("kind", type=click.Choice(sorted(DEFAULT)))
@click.argument("days", type=click.IntRange(1, 36_525))
@click.option("--tenant", required=True, help="The code of the lender whose rule it is.")
@click.option("--basis", required=True, help="Why so long: the law, the contract; a rule of this basis is replaced.")
def keep(kind: str, days: int, tenant: str, basis: str) -> None:
    """Keep KIND (photo, audio, signature) for DAYS after a case is closed; of several rules the longest counts."""
    _change(tenant, (kind, Retention(basis=basis, keep_days=days)))
    click.echo(f"{kind}: {days} days after the case is closed ({basis})")


@evidence.command("deletion")
@click.argument("mode", type=click.Choice([mode.value for mode in DeletionMode]))
@click.option("--tenant", required=True, help="The code of the lender whose rule it is.")
def deletion(mode: str, tenant: str) -> None:
    """Set what happens at the end of retention: off, two_people (two agree first), at_once."""
    _change(tenant, DeletionMode(mode))
    click.echo(f"at the end of retention: {WORDS[DeletionMode(mode)]}")


@evidence.command("originals")
@click.argument("wish", type=click.Choice([wish.value for wish in Originals]))
@click.option("--tenant", required=True, help="The code of the lender whose phones are meant.")
def originals(wish: str, tenant: str) -> None:
    """Say when phones send what their cameras gave: never (it is not kept), wifi, always (also by mobile data)."""
    try:
        with database_url() as url:
            asyncio.run(_wished(url, tenant, Originals(wish)))
    except NoLenderError as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"originals: {wish}; phones hear it with their next pull")


async def _wished(url: str, tenant: str, wish: Originals) -> None:
    database = await open_database(url, role=Role.JOB, pool_size=1)
    try:
        async with database.pool.acquire() as raw, raw.transaction():
            await wish_originals(raw, tenant, wish, clock.now())
    finally:
        await database.close()


def _change(tenant: str, change: DeletionMode | tuple[str, Retention]) -> None:
    try:
        with database_url() as url:
            asyncio.run(_changed(url, tenant, change))
    except KeptError as refused:
        raise click.ClickException(str(refused)) from refused


async def _changed(url: str, tenant: str, change: DeletionMode | tuple[str, Retention]) -> None:
    database = await open_database(url, role=Role.JOB, pool_size=1)
    try:
        async with database.pool.acquire() as raw, raw.transaction():
            await change_rule(raw, tenant, change, clock.now())
    finally:
        await database.close()


async def _due(url: str, tenant: str) -> tuple[DeletionMode, Sequence[Due]]:
    database = await open_database(url, role=Role.JOB, pool_size=1)
    try:
        async with database.pool.acquire() as raw:
            return await due_of(raw, tenant, clock.now(), LISTED_MAX + 1)
    finally:
        await database.close()


async def _delete(url: str, wanted: tuple[str, UUID], basis: str) -> Sequence[str]:
    database = await open_database(url, role=Role.JOB, pool_size=1)
    try:
        storage = open_storage(os.environ.get("ROUNDS_FILES", ""), data_dir())
        return await delete_photo(database, storage, wanted, basis, clock.now())
    finally:
        await database.close()


async def _export(url: str, key: SigningKey, wanted: tuple[str, str, Path], how: Manner) -> Exported:
    database = await open_database(url, role=Role.JOB, pool_size=1)
    try:
        async with database.pool.acquire() as raw:
            await refresh_epoch(raw)
        storage = open_storage(os.environ.get("ROUNDS_FILES", ""), data_dir())
        return await export_case(database, storage, key, wanted, clock.now(), how)
    finally:
        await database.close()
