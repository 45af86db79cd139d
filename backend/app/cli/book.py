"""How does an operator bring a loan book in? `rounds import FILE`; `rounds import guess FILE` shows how it reads."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
import msgspec

from backend.app.cli.local import data_dir, database_url
from backend.integrations import jobs
from backend.integrations.commands import runs
from backend.integrations.commands.runs import By
from backend.integrations.guessing import guess_file
from backend.integrations.pairing import pair_files
from backend.integrations.placing import place_people
from backend.integrations.queries import NewRun
from backend.integrations.refused import refused_csv
from backend.integrations.rules.lines import is_zone
from backend.integrations.rules.reasons import say
from backend.integrations.schemas import FILE_BYTES_MAX, Flaw, Mapping, Progress, Run, RunState, StartRun
from backend.integrations.shipped import read_mapping, shipped_mappings
from backend.integrations.spool import spool_copy, spool_folder
from backend.kernel import clock
from backend.kernel.db import Database, Reach, Role, Scope, bare_transaction, open_database
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from backend.kernel.reading import UNREADABLE

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class _FileFirst(click.Group):
    """A group whose first argument may be a file: `rounds import FILE` stands for `rounds import file FILE`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Put `file` in front of what is no command."""
        if args and args[0] not in self.commands:
            args = ["file", *args]
        return super().resolve_command(ctx, args)


class Wish(msgspec.Struct, frozen=True):
    """What the operator asked for."""

    file: Path
    tenant: str
    start: StartRun
    save_as: str | None
    refused: Path | None


@click.group("import", cls=_FileFirst, context_settings={"ignore_unknown_options": True})
def book() -> None:
    """Bring a loan book in from a file: CSV, XLSX, Parquet or JSON lines."""


@book.command("file")
@click.argument("file", type=FILE)
@click.option("--mapping", required=True, help="The name of a saved or shipped mapping, or the path of a JSON file.")
@click.option("--tenant", required=True, help="The code of the tenant whose book it is.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day of the book, when its mapping has no column.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Check every line, change nothing.")
@click.option("--save-mapping", "save_as", help="Save the mapping under this name for the next time.")
@click.option("--refused", type=click.Path(dir_okay=False, path_type=Path), help="Write the refused lines to this CSV.")
def import_file(
    file: Path,
    mapping: str,
    tenant: str,
    as_of: datetime | None,
    is_dry_run: bool,  # noqa: FBT001 - a flag of the command line
    **more: object,
) -> None:
    """Import FILE; what is known is not touched, what changed is updated, refused lines are listed."""
    save_as, refused = more["save_as"], more["refused"]
    start = StartRun(
        mapping_name=None if mapping.endswith(".json") else mapping,
        mapping=_mapping_of(Path(mapping)) if mapping.endswith(".json") else None,
        as_of=as_of.date() if as_of else None,
        is_dry_run=is_dry_run,
    )
    wish = Wish(
        file=file,
        tenant=tenant,
        start=start,
        save_as=save_as if isinstance(save_as, str) else None,
        refused=refused if isinstance(refused, Path) else None,
    )
    with database_url() as url:
        try:
            run = asyncio.run(_import(url, wish))
        except Problem as problem:
            raise click.ClickException(_words(problem)) from problem
    if run.state is RunState.FAILED:
        raise click.ClickException(f"stopped after {run.progress.rows_read} lines: {run.failure}")


@book.command()
@click.argument("file", type=FILE)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the guessed mapping to this file.")
def guess(file: Path, out: Path | None) -> None:
    """Say what FILE is, which mappings fit, and how its columns would be read."""
    try:
        found = guess_file(file, list(shipped_mappings().values()))
    except Problem as problem:
        raise click.ClickException(_words(problem)) from problem
    click.echo(f"{file.name}: {found.format} {found.encoding}, {len(found.columns)} columns")
    click.echo(f"mappings that fit: {', '.join(found.fits) or 'none'}")
    for one in found.guessed:
        click.echo(f"  {one.column:30} -> {one.field:28} {one.confidence:.0%}")
    if found.unused:
        click.echo(f"not read: {', '.join(found.unused)}")
    for flaw in found.flaws:
        click.echo(f"to be settled: {flaw.where}: {say(flaw.code, 'en')} ({flaw.value})")
    body = msgspec.json.format(msgspec.json.encode(found.mapping), indent=2).decode()
    if out is None:
        click.echo(body)
    else:
        out.write_text(body + "\n", encoding="utf-8")
        click.echo(f"mapping written to {out}")


@book.command()
@click.argument("people", type=FILE)
@click.argument("book_file", metavar="BOOK", type=FILE)
@click.option("--ref", "ref_column", default="ref", show_default=True, help="The column of references in PEOPLE.")
@click.option("--book-ref", "book_column", required=True, help="The column of references in BOOK.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def pair(people: Path, book_file: Path, ref_column: str, book_column: str, out: Path) -> None:
    """Give the lines of PEOPLE, in order, the references of BOOK, so that a book without names gets people."""
    try:
        count = pair_files(people, ref_column, book_file, book_column, out)
    except Problem as problem:
        raise click.ClickException(_words(problem)) from problem
    click.echo(f"{count:,} lines written to {out}")


@book.command()
@click.argument("people", type=FILE)
@click.option("--map", "folder", type=FOLDER, required=True, help="A folder written by `rounds map build`.")
@click.option("--zone", required=True, help="The town's time zone, as Europe/Helsinki.")
@click.option("--address", "column", default="address", show_default=True, help="The column of addresses in PEOPLE.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def place(people: Path, folder: Path, zone: str, column: str, out: Path) -> None:
    """Deal doors of a real town out to PEOPLE, for a rehearsal: nobody is claimed to live there."""
    if not is_zone(zone):
        raise click.BadParameter(f"{zone!r} is no time zone", param_hint="--zone")
    try:
        count = place_people(people, column, folder, zone, out)
    except Problem as problem:
        raise click.ClickException(_words(problem)) from problem
    click.echo(f"{count:,} lines written to {out}; to be read by the mapping people_placed")


def _mapping_of(path: Path) -> Mapping:
    """Read a mapping from a file; raises click.ClickException with the place of what is wrong in it."""
    try:
        return read_mapping(path.read_bytes())
    except OSError as error:
        raise click.ClickException(f"{path} cannot be read: {error.strerror}") from error
    except UNREADABLE as error:
        raise click.ClickException(f"{path} is not a mapping: {error}") from error


async def _import(url: str, wish: Wish) -> Run:
    database = await open_database(url, role=Role.API, pool_size=2)
    try:
        by = By(await _tenant(database, wish.tenant), None)
        scope = Scope(by.tenant_id, jobs.NOBODY, Reach.TENANT, ())
        run_id, folder, now = new_id(), spool_folder(data_dir()), clock.now()
        spooled = spool_copy(wish.file, folder, run_id, FILE_BYTES_MAX)
        new = NewRun(run_id, wish.file.name, spooled.name, spooled.byte_count, spooled.sha256)
        async with bare_transaction(database, scope) as raw:
            await runs.take_file(raw, by, new, now)
            if wish.save_as is not None:
                mapping = wish.start.mapping
                if mapping is None:
                    mapping = (await runs.find_mapping(raw, by.tenant_id, str(wish.start.mapping_name))).mapping
                await runs.save_mapping(raw, by, wish.save_as, mapping, now)
        run = await jobs.run_import(database, jobs.Job(by, run_id, wish.start, folder), _tell)
        _report(run)
        if wish.refused is not None and run.progress.rows_refused:
            await _write_refused(database, scope, run_id, wish.refused)
        return run
    finally:
        await database.close()


async def _tenant(database: Database, code: str) -> UUID:
    async with database.pool.acquire() as raw:
        found = await raw.fetchrow("SELECT id FROM tenants WHERE code = $1", code)
        codes = await raw.fetch("SELECT code FROM tenants ORDER BY code LIMIT 20")
    if found is None:
        raise click.ClickException(f"there is no tenant {code!r}; there are: {', '.join(row['code'] for row in codes)}")
    tenant_id: UUID = found["id"]
    return tenant_id


def _tell(progress: Progress, total: int | None) -> None:
    """Show progress on a terminal; a pipe gets only the end."""
    if sys.stderr.isatty():
        share = f" of {total:,}" if total else ""
        click.echo(f"\r{progress.rows_read:,}{share} lines, {progress.rows_refused:,} refused", nl=False, err=True)


def _report(run: Run) -> None:
    if sys.stderr.isatty():
        click.echo("", err=True)
    done = run.progress
    click.echo(
        f"{run.file_name}: {done.rows_read:,} lines: {done.rows_added:,} added, {done.rows_updated:,} updated,"
        f" {done.rows_unchanged:,} unchanged, {done.rows_skipped:,} skipped, {done.rows_refused:,} refused"
    )
    for noun, count in done.counts.items():
        click.echo(
            f"  {noun:12} {count.added:>10,} added {count.updated:>10,} updated {count.unchanged:>10,} unchanged"
        )
    click.echo(f"  {'cases':12} {done.cases_opened:>10,} opened {done.cases_changed:>9,} changed")
    if run.is_dry_run:
        click.echo("  dry run: nothing of it was stored")


async def _write_refused(database: Database, scope: Scope, run_id: UUID, out: Path) -> None:
    async with bare_transaction(database, scope) as raw:
        stored = await runs.load_run(raw, scope.tenant_id, run_id)
        with out.open("w", encoding="utf-8", newline="") as file:
            async for text in refused_csv(raw, scope.tenant_id, stored, "en"):
                file.write(text)
    click.echo(f"refused lines written to {out}: fix them there and import that file")


def _words(problem: Problem) -> str:
    """Return a refusal as lines for a person."""
    lines = [str(problem.data.get("reason", problem.kind.says))]
    flaws = problem.data.get("flaws")
    if flaws is not None:
        told = msgspec.convert(flaws, list[Flaw])
        lines += [f"  {flaw.where}: {say(flaw.code, 'en')} ({flaw.value})" for flaw in told]
    return "\n".join(lines)
