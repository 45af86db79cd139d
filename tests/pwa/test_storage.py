"""What does the phone say and do when it is nearly full, or cannot send for long?"""

import asyncio
import re
from pathlib import Path

import msgspec
import pytest

from tests.pwa.conftest import Entrance, OpenPhone, sign_in
from tests.pwa.day import follow, open_visit, picture, visit_nobody_home
from tests.pwa.network import Network
from tests.world import World

pytestmark = pytest.mark.browser

FULL = "navigator.storage.estimate = () => Promise.resolve({ usage: 96_000_000, quota: 100_000_000 });"


class Batch(msgspec.Struct):
    """The part of a rescue file that a test looks at."""

    mutations: list[msgspec.Raw]
    envelopes: list[msgspec.Raw]


class Rescue(msgspec.Struct):
    """A rescue file."""

    rescue: int
    batch: Batch
    photos: list[dict[str, object]]


async def test_a_phone_that_is_nearly_full_takes_no_photo_and_says_so(
    site: str, entrance: Entrance, world: World, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """OF-11: before the quota is reached, so that the record itself always finds room."""
    async with open_phone() as page:
        await page.add_init_script(FULL)
        await sign_in(page, site, await entrance(world.mei))
        await follow(page, "/me")
        await page.get_by_text(re.compile(r"^9\d(\.\d)? MB of \d+(\.\d)? MB used$")).wait_for()
        await open_visit(page, world, world.cases[0])
        await page.get_by_role("button", name="I am here").click()
        await page.get_by_role("radio", name="Nobody", exact=True).click()
        await page.get_by_role("radio", name="Nobody home", exact=True).click()
        await page.locator("input[type=file]").set_input_files(picture(tmp_path, 5))
        await page.get_by_text("The phone is nearly full").wait_for()
        assert await page.locator(".photo img").count() == 0


async def test_what_cannot_be_sent_leaves_in_a_file_that_only_the_server_reads(
    network: Network, entrance: Entrance, world: World, open_phone: OpenPhone, tmp_path: Path
) -> None:
    """OF-11: one item and its photo, as it would travel and as it was shot; nothing is deleted on the phone."""
    async with open_phone() as page:
        await sign_in(page, network.origin, await entrance(world.mei))
        network.cut()
        await visit_nobody_home(page, world, world.cases[0], photo=picture(tmp_path, 6))
        await follow(page, "/sync")
        async with page.expect_download() as begun:
            await page.get_by_role("button", name="Rescue file").click()
        await (await begun.value).save_as(tmp_path / "rescue.json")
        await page.get_by_text("In the file: 1 items, 2 photos.").wait_for()
        await page.get_by_text("Keep the phone: 2 things are only here").wait_for()
    content = await asyncio.to_thread((tmp_path / "rescue.json").read_bytes)
    told = msgspec.json.decode(content, type=Rescue)
    assert (told.rescue, len(told.batch.mutations), len(told.batch.envelopes), len(told.photos)) == (1, 1, 1, 2)
    assert b'"NOBODY' not in content.upper()
