"""Does the main job go on real input? Two real files, a real town, a planned day, worked offline, seen by the lead."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from playwright.async_api import Browser, Page, Response, expect

from backend.kernel.db import Database
from tests.backend.integrations.importing import shared_file
from tests.pwa.conftest import OpenPhone, let_start_cold, sign_in, unlock
from tests.pwa.day import follow, log_call, open_visit_at, picture, say_nobody_home, say_promise, walk
from tests.pwa.lender import Lender, let_all_be_visited, zone_by_day
from tests.pwa.network import Network, relayed
from tests.pwa.office import office
from tests.server import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BOOK = "loans/lendingclub_2007_2011.train.parquet"
PEOPLE = "cn_people_addresses/people_utf8.csv"
TOWN = "osm/Helsinki.osm.pbf"
CREDIT = "© OpenStreetMap contributors"
CORNERS = ((0.4, 0.3), (0.6, 0.3), (0.6, 0.5), (0.4, 0.5))
"""Of a shape on the lead's map: parts of its width and height, around some twenty of the 386 doors."""
SEEN_WITHIN_MS = 2000
MARKET_SQUARE = (60.1675, 24.9525)
DONE = 3
NOTHING_YET = {"visits": 0, "calls": 0, "promises": 0, "evidence": 0}


class Stop(msgspec.Struct, frozen=True):
    """A door of the published day."""

    id: UUID
    case_id: UUID
    lat: float
    lon: float

    @property
    def door(self) -> tuple[float, float]:
        """Degrees north and east."""
        return self.lat, self.lon


class Town(msgspec.Struct, frozen=True):
    """A lender whose book lies in Helsinki, its server, and the tokens of Lin, who leads, and Mei, who walks."""

    lender: Lender
    origin: str
    lin: str
    mei: str


@pytest.fixture
async def town(url: str, dist: Path, tmp_path: Path) -> AsyncIterator[Town]:
    """Build the map, join and place the people, import both files whole, and serve it all with the built app."""
    del dist
    book, people, pbf = shared_file(BOOK), shared_file(PEOPLE), shared_file(TOWN)
    data, code = tmp_path / "data", f"town-{uuid4().hex[:10]}"
    lender = Lender(url=url, data=data, code=code, zone=zone_by_day(datetime.now(tz=UTC)))
    paired, placed = tmp_path / "paired.csv", tmp_path / "placed.csv"

    assert "1,451" in await lender.say("map", "build", "--pbf", pbf, "--out", data / "map")
    await lender.say("import", "pair", people, book, "--book-ref", "id", "--out", paired)
    await lender.say("import", "place", paired, "--map", data / "map", "--zone", lender.zone, "--out", placed)
    await lender.begin("USD")
    lin, mei = await lender.hire("Lin", "lead"), await lender.hire("Mei", "collector")
    loans = await lender.take_in(book, "lendingclub")
    assert "26,977 added, 0 updated, 0 unchanged, 0 skipped, 0 refused" in loans
    assert "4,021 opened" in loans
    folk = await lender.take_in(placed, "people_placed")
    assert "2,000 lines: 2,000 added" in folk
    assert re.search(r"cases +0 opened +386 changed", folk), folk
    with serving(url, data) as origin:
        yield Town(lender=lender, origin=origin, lin=lin, mei=mei)


async def test_a_day_of_real_files_in_a_real_town_is_planned_worked_offline_and_seen(
    town: Town, browser: Browser, job_database: Database, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """RT-1, RT-4, OF-1, OF-2, OF-5, TD-1: from a shape on the lead's map to the lead's board, each fact once."""
    photos = [picture(tmp_path, seed) for seed in (41, 42)]
    zone = town.lender.zone
    async with job_database.pool.acquire() as raw:
        tenant_id = await raw.fetchval("SELECT id FROM tenants WHERE code = $1", town.lender.code)
    await let_all_be_visited(job_database, tenant_id)
    async with office(browser, town.origin, town.lin, zone=zone) as lead, relayed(town.origin) as network:
        given = await give_a_quarter(lead)
        await plan_today(lead)
        stops = await stops_of(job_database, town)
        assert await given_and_planned(job_database, town) >= given // 2
        await let_start_cold(job_database, tenant_id)
        async with open_phone(zone=zone) as phone:
            await prime(phone, network, town)
            await lead.get_by_text("1 on duty").wait_for()
            network.cut()
            await work_three_doors(phone, stops, photos)
        assert await facts_of(job_database, town) == NOTHING_YET

        row = lead.get_by_role("row").filter(has_text="Mei")
        await expect(row).to_contain_text(f"0/{len(stops)}")
        async with open_phone(zone=zone) as phone:
            await call_and_send(phone, network, stops)
            await expect(row).to_contain_text(f"{DONE}/{len(stops)}", timeout=SEEN_WITHIN_MS)
            await expect(row).to_contain_text("$")
            await board_follows(lead, phone, stops[2])
        await see_the_visits(lead, stops)
        await see_the_photos(job_database, lead, town, photos)
    assert await facts_of(job_database, town) == {"visits": 3, "calls": 1, "promises": 1, "evidence": 2}


async def give_a_quarter(lead: Page) -> int:
    """Draw a shape around a quarter of the town and give Mei the cases whose doors lie in it; returns how many."""
    await lead.get_by_role("row").filter(has_text="Mei").wait_for()
    await lead.get_by_text(CREDIT).wait_for()
    await lead.keyboard.press("a")
    await lead.get_by_role("list", name="Cases").get_by_role("checkbox").first.wait_for()
    await lead.wait_for_timeout(1500)  # the map is still drawn
    await lead.get_by_role("button", name="Draw a shape on the map").click()
    box = await lead.locator("section.map").bounding_box()
    assert box is not None
    for across, down in CORNERS:
        await lead.mouse.click(box["x"] + box["width"] * across, box["y"] + box["height"] * down)
    await lead.get_by_text(f"{len(CORNERS)} corners").wait_for()
    await lead.locator("#team-target").select_option(label="Mei")
    await lead.get_by_text("cases would change hands").wait_for()
    act = lead.get_by_role("button", name=re.compile(r"^Assign \d+$"))
    given = int((await act.inner_text()).split()[-1])
    assert 10 <= given <= 40
    await act.click()
    await lead.get_by_text(f"{given} cases changed hands").wait_for()
    await lead.keyboard.press("Escape")
    return given


async def plan_today(lead: Page) -> None:
    """Plan what is left of today with the real planner, and publish it."""
    await lead.keyboard.press("l")
    await lead.get_by_label("Time to plan").select_option("2")
    await lead.locator("form").get_by_role("button", name="Plan", exact=True).click()
    await lead.get_by_role("button", name="Publish to the phones").click()
    await lead.get_by_text("Published: the phones hear of it").wait_for()
    await lead.keyboard.press("b")


async def prime(phone: Page, network: Network, town: Town) -> None:
    """Sign in, see the day as a list and on the town's map, and begin the shift on the market square."""
    await walk(phone, MARKET_SQUARE)
    await sign_in(phone, network.origin, town.mei)
    await phone.get_by_text("Next stop 1").wait_for()
    await phone.get_by_role("button", name="Map", exact=True).click()
    await phone.locator("canvas.maplibregl-canvas").wait_for()
    await phone.get_by_text(CREDIT).wait_for()
    await follow(phone, "/me")
    await phone.get_by_role("button", name="Start the shift").click()
    await phone.get_by_role("button", name="End the shift").wait_for()
    await phone.get_by_role("link", name="all sent").wait_for()


async def work_three_doors(phone: Page, stops: list[Stop], photos: list[Path]) -> None:
    """Visit three doors without network: nobody home with a photo, a promise with a photo, nobody home."""
    await open_visit_at(phone, stops[0].door, stops[0].case_id, stops[0].id)
    await say_nobody_home(phone, photos[0])
    await open_visit_at(phone, stops[1].door, stops[1].case_id, stops[1].id)
    await say_promise(phone, photos[1])
    await open_visit_at(phone, stops[2].door, stops[2].case_id, stops[2].id)
    await say_nobody_home(phone)


async def call_and_send(phone: Page, network: Network, stops: list[Stop]) -> None:
    """Begin cold without network, see the day and the town, log a call; then the network comes back."""
    await walk(phone, stops[2].door)
    await phone.goto(network.origin)
    await unlock(phone)
    await phone.get_by_text(f"{DONE} of {len(stops)} stops").wait_for()
    await phone.get_by_role("button", name="Map", exact=True).click()
    await phone.get_by_text(CREDIT).wait_for()
    await log_call(phone, stops[3].case_id)
    await follow(phone, "/sync")
    await phone.get_by_text("Keep the phone: 6 things are only here").wait_for()
    network.restore()
    await phone.get_by_role("button", name="Send now").click()
    await phone.get_by_text("You may put the phone away").wait_for()


async def board_follows(lead: Page, phone: Page, stop: Stop) -> None:
    """Look at the phone at the door of a stop: the lead's page asks for the board by itself and has Mei there."""
    answers: asyncio.Queue[Response] = asyncio.Queue()
    lead.on("response", lambda answer: answers.put_nowait(answer) if "/v1/team/board" in answer.url else None)
    await walk(phone, stop.door)
    await phone.reload()  # a phone on duty tells its place when it is looked at
    await unlock(phone)
    place = None
    while place != {"lat": stop.lat, "lon": stop.lon}:
        answer = await asyncio.wait_for(answers.get(), 30)
        place = (await answer.json())["lines"][0]["row"]["place"]


async def see_the_visits(lead: Page, stops: list[Stop]) -> None:
    """Open the second stop from the keyboard and its case from the stop: the promise stands in its history."""
    await lead.keyboard.press("j")
    await lead.keyboard.press("j")
    card = lead.locator("section.card").filter(has=lead.get_by_text("done", exact=True))
    await card.get_by_role("link", name="Open the case").click()
    await lead.wait_for_url(f"**/desk?case={stops[1].case_id}")
    await lead.get_by_text("Visit · Promised to pay").wait_for()
    await lead.get_by_text(re.compile(r"^\$[\d,.]+ · tomorrow$")).wait_for()


async def see_the_photos(jobs: Database, lead: Page, town: Town, photos: list[Path]) -> None:
    """Look at each photo as the lead may: the bytes have the hash that the phone named; so has the file."""
    async with jobs.pool.acquire() as raw:
        rows = await raw.fetch(
            "SELECT e.* FROM evidence e JOIN tenants t ON t.id = e.tenant_id WHERE t.code = $1 ORDER BY e.taken_at",
            town.lender.code,
        )
    looked = [await lead.request.get(f"{town.origin}/v1/evidence/{row['id']}/bytes") for row in rows]
    assert [hashlib.sha256(await one.body()).digest() for one in looked] == [row["sha256"] for row in rows]
    assert [row["original_sha256"] for row in rows] == await asyncio.to_thread(hashes_of, photos)


def hashes_of(paths: list[Path]) -> list[bytes]:
    return [hashlib.sha256(path.read_bytes()).digest() for path in paths]


async def stops_of(jobs: Database, town: Town) -> list[Stop]:
    """Return the stops of the published plan in their order."""
    async with jobs.pool.acquire() as raw:
        rows = await raw.fetch(
            "SELECT s.id, s.case_id, ST_Y(c.door::geometry) AS lat, ST_X(c.door::geometry) AS lon FROM stops s"
            " JOIN day_plans p ON p.id = s.plan_id JOIN cases c ON c.id = s.case_id"
            " JOIN tenants t ON t.id = s.tenant_id WHERE t.code = $1 AND p.state = 'published' ORDER BY s.position",
            town.lender.code,
        )
    return [Stop(**dict(row)) for row in rows]


async def given_and_planned(jobs: Database, town: Town) -> int:
    """Count the stops whose case the lead had given by the shape."""
    async with jobs.pool.acquire() as raw:
        count: int = await raw.fetchval(
            "SELECT count(DISTINCT s.case_id) FROM stops s JOIN assignments a ON a.case_id = s.case_id"
            " JOIN tenants t ON t.id = s.tenant_id WHERE t.code = $1 AND a.reason = 'territory'",
            town.lender.code,
        )
        return count


async def facts_of(jobs: Database, town: Town) -> dict[str, int]:
    """Count what the server has of Mei's day."""
    async with jobs.pool.acquire() as raw:
        row = await raw.fetchrow(
            "SELECT (SELECT count(*) FROM visits v WHERE v.tenant_id = t.id) AS visits,"
            " (SELECT count(*) FROM calls c WHERE c.tenant_id = t.id) AS calls,"
            " (SELECT count(*) FROM promises p WHERE p.tenant_id = t.id) AS promises,"
            " (SELECT count(*) FROM evidence e WHERE e.tenant_id = t.id) AS evidence"
            " FROM tenants t WHERE t.code = $1",
            town.lender.code,
        )
    return dict(row or {})
