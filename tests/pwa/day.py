"""What a collector does on the phone, tap by tap."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from PIL import Image
from playwright.async_api import Page

from backend.kernel.clock import local_day
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.plans import write_plan
from tests.world import PLACES, ZONE, World


async def publish_plan(jobs: Database, world: World, cases: list[UUID]) -> list[UUID]:
    """Publish a plan of today for Mei with one stop a case; returns the stops in their order."""
    now = datetime.now(tz=UTC)
    stops = [new_id() for _ in cases]
    async with jobs.pool.acquire() as raw, raw.transaction():
        plan_id = await write_plan(raw, world, local_day(now, ZONE), now)
        for n, (stop, case) in enumerate(zip(stops, cases, strict=True)):
            arrive = now + timedelta(minutes=20 * n)
            await raw.execute(
                "INSERT INTO stops (id, tenant_id, plan_id, case_id, user_id, address_id, position, arrive_at,"
                " leave_at, window_start, window_end, drive_s, drive_m, reasons)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 540, 2100, $12)",
                stop, world.tenant_id, plan_id, case, world.mei, world.addresses[world.cases.index(case)], n + 1,
                arrive, arrive + timedelta(minutes=15), now - timedelta(hours=1), now + timedelta(hours=8),
                msgspec.json.encode(["over_90_days"]).decode(),
            )  # fmt: skip
    return stops


def picture(folder: Path, seed: int) -> Path:
    """Make a photo that no other seed makes."""
    path = folder / f"photo-{seed}.jpg"
    Image.linear_gradient("L").resize((2400, 1800)).rotate(seed * 17).convert("RGB").save(path, quality=90)
    return path


async def visit_nobody_home(
    page: Page, world: World, case: UUID, stop: UUID | None = None, photo: Path | None = None
) -> None:
    """Record "nobody home": four taps after the visit is open."""
    await open_visit(page, world, case, stop)
    await say_nobody_home(page, photo)


async def visit_promise(page: Page, world: World, case: UUID, photo: Path, stop: UUID | None = None) -> None:
    """Record a promise of everything for tomorrow, with a photo."""
    await open_visit(page, world, case, stop)
    await say_promise(page, photo)


async def say_nobody_home(page: Page, photo: Path | None = None) -> None:
    """Fill an open visit to its end: at the door, nobody home."""
    await page.get_by_role("button", name="I am here").click()
    await page.get_by_role("radio", name="Nobody", exact=True).click()
    await page.get_by_role("radio", name="Nobody home", exact=True).click()
    if photo is not None:
        await take(page, photo)
    await save(page)


async def say_promise(page: Page, photo: Path) -> None:
    """Fill an open visit to its end: at the door, everything promised for tomorrow, a photo."""
    await page.get_by_role("button", name="I am here").click()
    await page.get_by_role("radio", name="The client", exact=True).click()
    await page.get_by_role("radio", name="Promised to pay", exact=True).click()
    await page.get_by_role("button", name=re.compile("^All ")).click()
    await page.get_by_role("button", name="Tomorrow").click()
    await take(page, photo)
    await save(page)


async def save(page: Page) -> None:
    """Save the visit and wait until the phone, or the server, has it."""
    await page.get_by_role("button", name="Save", exact=True).click()
    await (
        page.get_by_role("heading", name="Saved on this phone")
        .or_(page.get_by_role("heading", name="On the server"))
        .wait_for()
    )


async def walk_to(page: Page, world: World, case: UUID) -> None:
    """Carry the phone to the door of a case."""
    await walk(page, PLACES[world.cases.index(case)])


async def walk(page: Page, place: tuple[float, float]) -> None:
    """Carry the phone to a place (degrees north, east)."""
    await page.context.set_geolocation({"latitude": place[0], "longitude": place[1], "accuracy": 12})


async def open_visit(page: Page, world: World, case: UUID, stop: UUID | None = None) -> None:
    """Go to the door, open the visit of a case and wait until the phone knows that it is there."""
    await open_visit_at(page, PLACES[world.cases.index(case)], case, stop)


async def open_visit_at(page: Page, door: tuple[float, float], case: UUID, stop: UUID | None = None) -> None:
    """Do the same for a case whose door is given."""
    await walk(page, door)
    await follow(page, f"/cases/{case}/visit" + (f"?stop={stop}" if stop else ""))
    await page.get_by_text("0 m from the door", exact=True).wait_for()


async def take(page: Page, photo: Path) -> None:
    """Take a photo with the camera of the form and wait until it is kept."""
    before = await page.locator(".photo img[src]").count()
    await page.locator("input[type=file]").set_input_files(photo)
    await page.locator(".photo img[src]").nth(before).wait_for()


async def log_call(page: Page, case: UUID) -> None:
    """Log that nobody answered when the client had called back."""
    await follow(page, f"/cases/{case}")
    await page.get_by_role("link", name="Log a call").click()
    await page.get_by_role("button", name="The client called").click()
    await page.get_by_role("radio", name="Nobody", exact=True).click()
    await page.get_by_role("radio", name="No answer", exact=True).click()
    await page.get_by_role("button", name="Save the call").click()
    await page.get_by_text("Call · No answer").wait_for()


async def follow(page: Page, path: str) -> None:
    """Go to a screen as a tap on a link does, without loading the page again."""
    await page.evaluate(
        "path => { const link = Object.assign(document.createElement('a'), { href: path });"
        " document.body.append(link); link.click(); link.remove(); }",
        path,
    )
