"""Does a book come in whole, once, and line by line?"""

import asyncio
import csv
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from backend.integrations import jobs, queries
from backend.integrations.commands import runs
from backend.integrations.problems import ALREADY_FINISHED, ALREADY_RUNNING, FILE_GONE, FLAWED_MAPPING, NO_MAPPING
from backend.integrations.refused import refused_csv
from backend.integrations.schemas import NounCount, Run, RunState, StartRun
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from tests.backend.integrations.books import GOOD, HEADER, MAPPING, line, write_csv
from tests.backend.integrations.importing import import_path, refused, rows, upload
from tests.world import World

COUNTS = """
SELECT (SELECT count(*) FROM obligors WHERE external_ref LIKE 'C_-%'),
       (SELECT count(*) FROM accounts WHERE external_ref LIKE 'L_-%')
"""
CASE_OF = """
SELECT overdue_minor, days_past_due, bucket, currency
FROM cases JOIN obligors ON obligors.id = obligor_id WHERE external_ref = $1
"""
PARTIES = """
SELECT role, consent, source, may_contact FROM related_parties
WHERE external_ref LIKE 'C0-%' ORDER BY external_ref
"""


def book(count: int, **changes: str) -> list[tuple[str, ...]]:
    """Return lines of customers C0-0, C0-1 ... each with a loan of its own."""
    return [line(ref=f"C0-{n}", loan=f"L0-{n}", **changes) for n in range(count)]


def numbers(run: Run) -> tuple[int, int, int, int]:
    done = run.progress
    return done.rows_added, done.rows_updated, done.rows_unchanged, done.rows_refused


async def test_the_same_file_twice_adds_nothing(database: Database, world: World, tmp_path: Path) -> None:
    """IN-1: the second run adds 0 rows."""
    path = write_csv(tmp_path / "book.csv", *book(30))
    first = await import_path(database, world, path, MAPPING)
    second = await import_path(database, world, path, MAPPING)
    assert (first.state, numbers(first)) == (RunState.FINISHED, (30, 0, 0, 0))
    assert first.progress.cases_opened == 30
    assert numbers(second) == (0, 0, 30, 0)
    assert (second.progress.cases_opened, second.progress.cases_changed) == (0, 0)
    assert all(count.added == count.updated == 0 for count in second.progress.counts.values())


async def test_a_newer_file_updates_what_changed_and_the_case_follows(
    database: Database, world: World, tmp_path: Path
) -> None:
    await import_path(database, world, write_csv(tmp_path / "a.csv", *book(3)), MAPPING)
    changed = [line(ref="C0-0", loan="L0-0", due="75.25", late="62"), *book(3)[1:]]
    run = await import_path(database, world, write_csv(tmp_path / "b.csv", *changed), MAPPING)
    assert numbers(run) == (0, 1, 2, 0)
    assert run.progress.counts["balances"] == NounCount(added=0, updated=1, unchanged=2)
    assert run.progress.cases_changed == 1
    assert await rows(database, world, CASE_OF, "C0-0") == [(7525, 62, "M3", "CNY")]


async def test_refused_lines_are_told_and_fixed_lines_come_in(database: Database, world: World, tmp_path: Path) -> None:
    """IN-1: line, column, reason; downloaded, fixed, sent again; nothing of a good line is lost."""
    lines = [
        *book(2),
        line(ref="C0-8", loan="L0-8", amount="=1+1"),
        line(ref="C0-9", loan="L0-9", name="=cmd", late="x"),
    ]
    run = await import_path(database, world, write_csv(tmp_path / "book.csv", *lines), MAPPING)
    assert numbers(run) == (2, 0, 0, 2)
    assert await refused(database, world, run) == [
        (4, "amount", "money.not_an_amount", "=1+1"), (5, "late", "number.not_whole", "x"),
    ]  # fmt: skip

    async with bare_transaction(database, world.scope(world.ada)) as raw:
        stored = await runs.load_run(raw, world.tenant_id, run.id)
        text = "".join([part async for part in refused_csv(raw, world.tenant_id, stored, "en")])
    assert '"\t=1+1"' in text
    fixed = tmp_path / "fixed.csv"
    found = list(csv.reader(text.removeprefix("\ufeff").splitlines()))
    for row in found[1:]:
        row[HEADER.index("amount")], row[HEADER.index("late")] = "10", "3"
    with fixed.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(found)
    again = await import_path(database, world, fixed, MAPPING)
    assert numbers(again) == (2, 0, 0, 0)
    assert await rows(database, world, "SELECT name FROM obligors WHERE external_ref = 'C0-9'") == [("=cmd",)]


async def test_two_accounts_of_one_obligor_are_one_case_and_a_foreign_currency_is_refused(
    database: Database, world: World, tmp_path: Path
) -> None:
    """IN-2: all accounts of an obligor form one case, and a case has one currency."""
    lines = [line(), line(loan="L2", due="10.00", late="90"), line(loan="L3", ccy="USD")]
    own = [
        tuple("X" + cell if name in {"ref", "loan"} else cell for name, cell in zip(HEADER, row, strict=True))
        for row in lines
    ]
    run = await import_path(database, world, write_csv(tmp_path / "book.csv", *own), MAPPING)
    assert numbers(run) == (2, 0, 0, 1)
    assert [row[2] for row in await refused(database, world, run)] == ["account.currency_differs"]
    assert await rows(database, world, CASE_OF, "XC1") == [(6050, 90, "M3", "CNY")]


async def test_third_persons_are_closed_until_consent_and_a_withdrawal_stays(
    database: Database, world: World, tmp_path: Path
) -> None:
    """IN-4: role, consent, source and "may contact" come in; a book never lifts what was withdrawn here."""
    party = replace(MAPPING.parties[0], fields={"name": "guarantor", "role": "state", "consent": "ccy"})
    account = {"external_ref": "loan", "principal": "amount"}
    mapping = replace(MAPPING, parties=[party], account=account, rows=[])
    said = (("配偶", ""), ("配偶", "同意"), ("担保人", ""), ("担保人", "撤回"))
    lines = [line(ref=f"C0-{n}", loan=f"L0-{n}", state=role, ccy=word) for n, (role, word) in enumerate(said, 1)]
    path = write_csv(tmp_path / "book.csv", *lines)
    await import_path(database, world, path, mapping)
    assert await rows(database, world, PARTIES) == [
        ("related", "unknown", "book", False), ("related", "given", "book", True),
        ("guarantor", "unknown", "book", True), ("guarantor", "withdrawn", "book", False),
    ]  # fmt: skip
    contacts = """
    SELECT may_contact FROM contact_points
    WHERE related_party_id IS NOT NULL AND normal = '+8613800138001' ORDER BY id
    """
    assert await rows(database, world, contacts) == [(False,), (True,), (True,), (False,)]

    lines[3] = line(ref="C0-4", loan="L0-4", state="担保人", ccy="同意")
    run = await import_path(database, world, write_csv(tmp_path / "new.csv", *lines), mapping)
    assert run.progress.counts["parties"].updated == 0
    assert (await rows(database, world, PARTIES))[3] == ("guarantor", "withdrawn", "book", False)


async def test_a_dry_run_counts_and_stores_nothing(database: Database, world: World, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "book.csv", *book(4), line(ref="C0-9", loan=""))
    run = await import_path(database, world, path, MAPPING, is_dry_run=True)
    assert numbers(run) == (4, 0, 0, 1)
    assert await rows(database, world, COUNTS) == [(0, 0)]
    assert [row[0] for row in await refused(database, world, run)] == [6]


async def test_an_interrupted_import_goes_on_and_doubles_nothing(
    database: Database, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import that died after a block is started again: counts and refusals are those of one whole run."""
    monkeypatch.setattr(jobs, "BLOCK_ROWS_MIN", 10)
    monkeypatch.setattr(jobs, "ROWS_A_TRANSACTION", 70)
    lines = [*book(35), line(ref="C0-90", loan=""), line(ref="C0-91", loan="L0-91")]
    job = await upload(database, world, write_csv(tmp_path / "book.csv", *lines), tmp_path, StartRun(mapping=MAPPING))

    class Power(BaseException):
        """The lights go out."""

    def die(progress: object, total: object) -> None:
        raise Power(progress, total)

    with pytest.raises(Power):
        await jobs.run_import(database, job, die)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        half = (await runs.load_run(raw, world.tenant_id, job.run_id)).run
    assert (half.state, half.is_interrupted, half.progress.rows_read) == (RunState.RUNNING, True, 10)
    done = await jobs.run_import(database, job)
    assert (done.state, numbers(done), done.progress.rows_read) == (RunState.FINISHED, (36, 0, 0, 1), 37)
    assert await rows(database, world, COUNTS) == [(36, 36)]
    assert [row[0] for row in await refused(database, world, done)] == [37]
    assert not (job.folder / job.run_id.hex).exists()


async def test_two_starts_of_one_run_and_a_start_too_late_are_refused(
    database: Database, world: World, tmp_path: Path
) -> None:
    job = await upload(
        database, world, write_csv(tmp_path / "book.csv", *book(20)), tmp_path, StartRun(mapping=MAPPING)
    )
    both = await asyncio.gather(jobs.run_import(database, job), jobs.run_import(database, job), return_exceptions=True)
    assert [isinstance(one, Run) for one in both].count(True) == 1
    assert [one.kind for one in both if isinstance(one, Problem)] in ([ALREADY_RUNNING], [ALREADY_FINISHED])
    with pytest.raises(Problem) as late:
        await jobs.run_import(database, job)
    assert late.value.kind in {ALREADY_FINISHED, FILE_GONE}


async def test_an_import_that_cannot_begin_says_why(database: Database, world: World, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "book.csv", GOOD[:3], header=HEADER[:3])
    named = StartRun(mapping_name="nobody")
    for wanted, kind in ((StartRun(), NO_MAPPING), (named, NO_MAPPING), (StartRun(mapping=MAPPING), FLAWED_MAPPING)):
        job = await upload(database, world, path, tmp_path, wanted)
        with pytest.raises(Problem) as found:
            await jobs.run_import(database, job)
        assert found.value.kind is kind
        assert await rows(database, world, "SELECT state FROM import_runs WHERE id = $1", job.run_id) == [("uploaded",)]


async def test_the_day_of_the_book_is_that_of_the_run_or_of_a_column(
    database: Database, world: World, tmp_path: Path
) -> None:
    """A newer day adds a balance beside the older one, which stays as it was."""
    path = write_csv(tmp_path / "book.csv", *book(1))
    for day in (date(2026, 10, 31), date(2026, 11, 30)):
        run = await import_path(database, world, path, MAPPING, as_of=day)
        assert run.as_of == day
    days = """
    SELECT as_of FROM balances JOIN accounts ON accounts.id = account_id WHERE external_ref = 'L0-0' ORDER BY 1
    """
    assert await rows(database, world, days) == [(date(2026, 10, 31),), (date(2026, 11, 30),)]


async def test_what_happened_is_in_the_journal(database: Database, world: World, tmp_path: Path) -> None:
    run = await import_path(database, world, write_csv(tmp_path / "book.csv", *book(2)), MAPPING)
    kinds = "SELECT kind, count(*) FROM events WHERE subject_id = $1 GROUP BY kind ORDER BY kind"
    assert await rows(database, world, kinds, run.id) == [
        ("import.finished", 1),
        ("import.started", 1),
        ("import.uploaded", 1),
    ]
    assert (await rows(database, world, "SELECT count(*) FROM events WHERE kind = 'case.opened'"))[0] == (2,)


async def test_another_tenant_sees_nothing_of_it(database: Database, world: World, tmp_path: Path) -> None:
    run = await import_path(database, world, write_csv(tmp_path / "book.csv", *book(1)), MAPPING)
    stranger = replace(world.scope(world.ada), tenant_id=new_id())
    async with bare_transaction(database, stranger) as raw:
        assert await queries.run_by_id(raw, world.tenant_id, run.id) is None
        assert await raw.fetchval("SELECT count(*) FROM import_refusals") == 0
