"""Can the upload page do its work over HTTP: upload, look, choose, start, watch, fetch what was refused?"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backend.kernel.db import Database
from backend.kernel.settings import read_settings
from tests.backend.integrations.books import MAPPING, line, write_csv
from tests.backend.integrations.queueing import working_off
from tests.server import started
from tests.world import World

Entrance = Callable[[UUID], Awaitable[str]]


@asynccontextmanager
async def signed_in(server: str, entrance: Entrance, user_id: UUID) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server, headers={"X-Rounds": "1"}, timeout=30) as client:
        answer = await client.post("/v1/session/link", json={"token": await entrance(user_id)})
        assert answer.status_code in {200, 201}, answer.text
        yield client


async def upload(client: httpx.AsyncClient, path: Path) -> dict[str, object]:
    body = await asyncio.to_thread(path.read_bytes)
    answer = await client.post("/v1/imports", params={"name": path.name}, content=body)
    assert answer.status_code == 201, answer.text
    run: dict[str, object] = answer.json()
    return run


async def ended(client: httpx.AsyncClient, run_id: object) -> dict[str, object]:
    for _ in range(300):
        run: dict[str, object] = (await client.get(f"/v1/imports/{run_id}")).json()
        if run["state"] in {"finished", "failed"}:
            return run
        await asyncio.sleep(0.1)
    raise AssertionError("the import did not end within 30 s")


@pytest.mark.usefixtures("imports_worker")
async def test_a_book_is_uploaded_guessed_started_watched_and_its_refused_lines_fetched(
    server: str, entrance: Entrance, world: World, tmp_path: Path
) -> None:
    """IN-1 over HTTP, the whole way of the page."""
    path = write_csv(tmp_path / "book.csv", line(ref="H1", loan="HL1"), line(ref="H2", loan="HL2", amount="=1+1"))
    async with signed_in(server, entrance, world.ada) as client:
        run = await upload(client, path)
        assert (run["state"], run["file_name"], run["byte_count"]) == ("uploaded", "book.csv", path.stat().st_size)

        guess = (await client.get(f"/v1/imports/{run['id']}/guess")).json()
        assert (guess["format"], guess["encoding"]) == ("csv", "utf-8")
        assert {"column": "name", "field": "obligor.name", "confidence": 0.95} in guess["guessed"]
        assert guess["sample"][0][0] == "H1"

        body = msgspec.json.encode(MAPPING)
        for version in (1, 2):
            saved = await client.put("/v1/import-mappings/my-lender", content=body)
            assert (saved.status_code, saved.json()["version"]) == (200, version), saved.text
        known = {one["name"]: one["version"] for one in (await client.get("/v1/import-mappings")).json()["mappings"]}
        assert (known["my-lender"], known["lendingclub"]) == (2, 0)
        assert "my-lender" in (await client.get(f"/v1/imports/{run['id']}/guess")).json()["fits"]

        started = await client.post(f"/v1/imports/{run['id']}/start", json={"mapping_name": "my-lender"})
        assert started.status_code == 202, started.text
        done = await ended(client, run["id"])
        progress = done["progress"]
        assert isinstance(progress, dict)
        assert (done["state"], progress["rows_added"], progress["rows_refused"]) == ("finished", 1, 1)
        assert (done["mapping_name"], done["mapping_version"]) == ("my-lender", 2)
        listed = (await client.get("/v1/imports")).json()["runs"]
        assert [one["id"] for one in listed] == [run["id"]]

        refused = await client.get(f"/v1/imports/{run['id']}/refused.csv", params={"language": "zh-CN"})
        assert refused.headers["content-type"].startswith("text/csv")
        assert "attachment" in refused.headers["content-disposition"]
        assert '"\t=1+1"' in refused.text
        assert "不是金额。" in refused.text


async def test_what_cannot_begin_is_a_problem_with_its_reasons(
    server: str, entrance: Entrance, world: World, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "short.csv", ("C1", "x"), header=("ref", "note"))
    async with signed_in(server, entrance, world.ada) as client:
        run = await upload(client, path)
        start = f"/v1/imports/{run['id']}/start"
        flawed = await client.post(start, json={"mapping_name": "cn_people"})
        assert (flawed.status_code, flawed.json()["code"]) == (409, "import.flawed_mapping")
        assert {"where": "obligor.name", "code": "mapping.no_such_column", "value": "name"} in flawed.json()["data"][
            "flaws"
        ]
        assert (await client.post(start, json={"mapping_name": "nobody"})).json()["code"] == "import.no_mapping"
        assert (await client.post(start, json={"mapping_nam": "x"})).status_code in {400, 422}
        assert (await client.put("/v1/import-mappings/x", content=b'{"title": "x"}')).status_code in {400, 422}
        assert (await client.get(f"/v1/imports/{world.tenant_id}")).status_code == 404

        picture = tmp_path / "book.png"
        picture.write_bytes(b"\x89PNG\r\n")
        other = await upload(client, picture)
        unread = await client.get(f"/v1/imports/{other['id']}/guess")
        assert (unread.status_code, unread.json()["code"]) == (409, "import.unreadable_file")


def peak_mb(pid: int) -> float:
    """Return the most memory that a process ever had."""
    said = Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1]
    return int(said.split()[0]) / 1024


async def test_a_large_parquet_file_is_looked_at_and_read_beside_the_server(
    url: str, job_database: Database, entrance: Entrance, world: World, tmp_path: Path
) -> None:
    """One row group of 300,000 lines: whoever decodes it takes hundreds of megabytes, and that is not the server."""
    lines = 300_000
    names = [f"P-{n:06d} {'x' * 200}" for n in range(lines)]
    numbers = [str(n) for n in range(lines)]
    kept = pa.table({"ref": numbers, "loan": numbers, "name": names, "phone": numbers, "home": names})
    pq.write_table(kept, tmp_path / "book.parquet", row_group_size=lines, compression="none")
    mapping = {
        "title": "t", "currency": "CNY", "language": "en", "zone": "Asia/Shanghai", "phone_region": "CN",
        "rows": [{"column": "ref", "one_of": ["1", "2", "3"]}],
        "obligor": {"external_ref": "ref", "name": "name"},
        "account": {"external_ref": "loan", "principal": {"constant": "100"}},
        "balance": {"overdue": {"constant": "5"}, "days_past_due": {"constant": "1"}},
    }  # fmt: skip
    with started("backend.app.asgi:app", url, tmp_path / "data") as served:
        settings = read_settings({"DATABASE_URL": url, "ROUNDS_DATA": str(tmp_path / "data")})
        async with signed_in(served.origin, entrance, world.ada) as client, working_off(job_database, settings):
            run = await upload(client, tmp_path / "book.parquet")
            guess = (await client.get(f"/v1/imports/{run['id']}/guess")).json()
            assert (guess["format"], guess["sample"][0][0]) == ("parquet", "0")
            begun = await client.post(f"/v1/imports/{run['id']}/start", json={"mapping": mapping})
            assert (begun.status_code, begun.json()["rows_total"]) == (202, lines), begun.text
            done = await ended(client, run["id"])
        progress = done["progress"]
        assert isinstance(progress, dict)
        assert (done["state"], progress["rows_read"], progress["rows_added"]) == ("finished", lines, 3), progress
        assert peak_mb(served.pid) < 200


async def test_only_who_may_import_comes_near(server: str, entrance: Entrance, world: World) -> None:
    """AD-1: a book is the administrator's and finance's to bring in."""
    async with signed_in(server, entrance, world.lin) as lead:
        assert (await lead.post("/v1/imports", params={"name": "a.csv"}, content=b"a\n1\n")).status_code == 403
        assert (await lead.get("/v1/import-mappings")).status_code == 403
