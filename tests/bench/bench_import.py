"""How long does a large book take? 100,000 accounts with people, contacts, balances; then 12 instalments and payments.

`python -m tests.bench.bench_import [accounts]` makes the files in a temporary folder, imports them as a tenant of
its own and prints seconds and peak memory of this process (readers, rules, driver; the database's memory is apart).
"""

import asyncio
import csv
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from backend.integrations import jobs
from backend.integrations.commands import runs
from backend.integrations.commands.runs import By
from backend.integrations.queries import NewRun
from backend.integrations.schemas import FILE_BYTES_MAX, Run, StartRun
from backend.integrations.spool import spool_copy, spool_folder
from backend.kernel import clock
from backend.kernel.db import Database, Role, Scope, bare_transaction, open_database
from backend.kernel.ids import new_id
from tests import databases
from tests.bench.measure import Row, at_most, table
from tests.world import make_world

ACCOUNTS = 100_000
PERIODS = 12
BOOK_LIMIT_S, ALL_LIMIT_S, MEMORY_LIMIT_MB = 60.0, 180.0, 500.0
PERSON = "客户编号|借据号|客户类型|客户姓名|证件号码|手机号码|备用手机|电子邮箱|居住地址|工作单位|职业|单位地址"
AROUND = "共同借款人|共同借款人电话|担保人|担保人电话|联系人|与客户关系|联系人电话"
TERMS = "贷款类别|产品名称|币种|贷款金额|年利率(%)|还款方式|放款日期|到期日期|期数"
OWED = "逾期天数|逾期金额|剩余本金|应收利息|应收罚息|应收费用|数据日期"
HEADER = tuple(f"{PERSON}|{AROUND}|{TERMS}|{OWED}".split("|"))
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建文辉玲"
FIRST_DUE = date(2026, 1, 15)
DAY = date(2026, 11, 24)


def book_lines(accounts: int) -> Iterator[tuple[object, ...]]:
    """Yield one flat line an account: person, two numbers, home, guarantor or contact, terms, balance."""
    for n in range(accounts):
        name = SURNAMES[n % 20] + GIVEN[n % 27] + GIVEN[n // 27 % 27]
        phone = 13_000_000_000 + n * 7919 % 900_000_000
        late = n % 120
        home = f"四海路 {n % 400} 号 {n % 30} 栋 {n % 1200}"
        person = (f"C{n:08d}", f"L{n:08d}", "个人", name, f"99{n:016d}", phone, phone + 1, "", home)
        work = (f"第{n % 900}有限公司", "职员", "")
        surety = (f"赵{GIVEN[n % 27]}", phone + 2, "", "", "")
        friend = ("", "", f"钱{GIVEN[n % 27]}", "配偶", phone + 3)
        around = ("", "", *(friend if n % 3 else surety))
        amount = f"{10_000 + n % 90_000}.00"
        terms = ("个人", "消费贷", "CNY", amount, "11.36", "等额本息", "2025-12-15", "2026-12-15", PERIODS)
        parts = (f"{5000 + n % 5000}.50", "123.45", "6.70", "0.00")
        yield (*person, *work, *around, *terms, late, f"{late * 31 % 9000}.{n % 100:02d}", *parts, DAY)


def instalment_lines(accounts: int) -> Iterator[tuple[object, ...]]:
    """Yield twelve due dates an account."""
    for n in range(accounts):
        for period in range(PERIODS):
            yield (f"L{n:08d}", period + 1, FIRST_DUE + timedelta(days=30 * period), 90_000 + n % 7, 4000 + period, 0)


def payment_lines(accounts: int) -> Iterator[tuple[object, ...]]:
    """Yield twelve payments an account."""
    for n in range(accounts):
        for period in range(PERIODS):
            paid_on = FIRST_DUE + timedelta(days=30 * period + n % 9)
            yield (f"T{n:08d}{period:02d}", f"L{n:08d}", paid_on, 94_000 + n % 7 + period, "transfer")


Lines = Callable[[int], Iterator[tuple[object, ...]]]
FILES: tuple[tuple[str, str, tuple[str, ...], Lines], ...] = (
    ("book.csv", "loanbook_zh", HEADER, book_lines),
    (
        "instalments.csv",
        "nouns_instalments",
        ("account_ref", "number", "due_on", "principal_minor", "interest_minor", "fee_minor"),
        instalment_lines,
    ),
    ("payments.csv", "nouns_payments", ("ref", "account_ref", "paid_on", "amount_minor", "mode"), payment_lines),
)


async def import_path(database: Database, scope: Scope, path: Path, mapping: str, folder: Path) -> Run:
    """Import one file, as the command line does."""
    run_id, by = new_id(), By(scope.tenant_id, None)
    spooled = spool_copy(path, folder, run_id, FILE_BYTES_MAX)
    async with bare_transaction(database, scope) as raw:
        new = NewRun(run_id, path.name, spooled.name, spooled.byte_count, spooled.sha256)
        await runs.take_file(raw, by, new, clock.now())
    return await jobs.run_import(database, jobs.Job(by, run_id, StartRun(mapping_name=mapping), folder))


async def measure(url: str, accounts: int, folder: Path) -> list[Row]:
    """Import the three files and the first one again; return the rows of the table."""
    job_database = await open_database(url, role=Role.JOB, pool_size=1)
    world = await make_world(job_database)
    async with job_database.pool.acquire() as raw:
        # The world gave its cases numbers by hand; the sequence passes them.
        await raw.fetch("SELECT nextval('case_numbers') FROM generate_series(1, 10)")
    await job_database.close()
    database = await open_database(url, role=Role.API, pool_size=2)
    scope = world.scope(world.ada)
    spool = spool_folder(folder)
    took: dict[str, float] = {}
    for name, mapping, header, lines in FILES:
        path = folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(lines(accounts))
        begun = time.perf_counter()
        run = await import_path(database, scope, path, mapping, spool)
        took[name] = time.perf_counter() - begun
        if run.progress.rows_refused or run.progress.rows_added != run.progress.rows_read:
            raise AssertionError(f"{name}: {run.failure} {run.progress}")
    begun = time.perf_counter()
    again = await import_path(database, scope, folder / "book.csv", "loanbook_zh", spool)
    took["again"] = time.perf_counter() - begun
    await database.close()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    share = accounts / ACCOUNTS
    book, everything = took["book.csv"], took["book.csv"] + took["instalments.csv"] + took["payments.csv"]
    return [
        at_most(f"import: {accounts:,} accounts with people, contacts, balances", book, BOOK_LIMIT_S * share, "s"),
        at_most(f"import: with {PERIODS} instalments and payments each", everything, ALL_LIMIT_S * share, "s"),
        at_most("import: the same book again", took["again"], BOOK_LIMIT_S * share, "s"),
        at_most("import: rows that the same book adds", float(again.progress.rows_added), 0, "rows"),
        at_most("import: peak memory of the importing process", peak_mb, MEMORY_LIMIT_MB, "MB"),
    ]


async def run(accounts: int) -> list[Row]:
    """Measure on a database of our own."""
    with databases.cluster_urls() as (admin_url, login_url), tempfile.TemporaryDirectory() as folder:
        name = await databases.clone(admin_url, await databases.make_template(admin_url, login_url))
        try:
            return await measure(databases.with_database(login_url, name), accounts, Path(folder))
        finally:
            await databases.remove(admin_url, name)


def main() -> list[Row]:
    """Return the rows of the table for the full number of accounts."""
    return asyncio.run(run(ACCOUNTS))


if __name__ == "__main__":
    print(table(asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else ACCOUNTS))))
