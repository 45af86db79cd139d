"""Does the service worker show each push, also one without words, and does a tap lead to its screen?"""

import msgspec
import pytest
from playwright.async_api import Page

from backend.outreach.rules import payload_of
from backend.outreach.schemas import Language, MessageKind
from tests.pwa.conftest import Entrance, OpenPhone, sign_in
from tests.pwa.worker import push
from tests.world import World

pytestmark = pytest.mark.browser

SHOWN = """async () => {
    const registration = await navigator.serviceWorker.ready;
    const all = await registration.getNotifications();
    return all.map(({ title, body, tag, data }) => ({ title, body, tag, path: data.path }));
}"""
CLOSE = """async () => {
    const registration = await navigator.serviceWorker.ready;
    for (const notice of await registration.getNotifications()) notice.close();
    while ((await registration.getNotifications()).length > 0) await new Promise((go) => setTimeout(go, 20));
}"""
# A tap cannot be made from outside. What only a true one may do (keep the worker awake, bring a window to the front) is
# granted here by hand; which window and which screen is decided by the worker's own code.
TAP = """async () => {
    let work;
    ExtendableEvent.prototype.waitUntil = (promise) => { work = promise; };
    WindowClient.prototype.focus = function () { return Promise.resolve(this); };
    const [notification] = await self.registration.getNotifications();
    self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
    await work;
    return (await self.registration.getNotifications()).length;
}"""


class Shown(msgspec.Struct, frozen=True):
    """A notice as the system shows it, and where a tap leads."""

    title: str
    body: str
    tag: str
    path: str


async def shown(page: Page) -> list[Shown]:
    """Return the notices that are shown."""
    return msgspec.convert(await page.evaluate(SHOWN), list[Shown])


def body_of(kind: MessageKind, world: World, site: str, language: Language) -> str:
    """Return what the server sends, before it is encrypted."""
    return msgspec.json.encode(payload_of(kind, world.cases[0], language, site)).decode()


async def test_a_push_is_shown_and_a_tap_opens_the_case(
    site: str, entrance: Entrance, world: World, open_phone: OpenPhone
) -> None:
    """OU-4: generic words in the person's language; the tap goes to the right screen."""
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        await push(page, site, body_of(MessageKind.CLIENT_PAID, world, site, Language.CHINESE))
        assert await shown(page) == [
            Shown(
                title="有客户已还款",
                body="上门前请先查看案件。",
                tag=f"client_paid-{world.cases[0]}",
                path=f"/cases/{world.cases[0]}",
            )
        ]
        (worker,) = page.context.service_workers
        assert await worker.evaluate(TAP) == 0
        await page.wait_for_url(f"{site}/cases/{world.cases[0]}")
        await page.get_by_text("四海路 1 号 2 栋 601").wait_for()


async def test_a_newer_push_about_the_same_thing_takes_the_place_of_the_older(
    site: str, entrance: Entrance, world: World, open_phone: OpenPhone
) -> None:
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        for _ in range(2):
            await push(page, site, body_of(MessageKind.CASE_TAKEN, world, site, Language.ENGLISH))
        (notice,) = await shown(page)
        assert (notice.title, notice.path) == ("Work was taken off your list", "/inbox")


async def test_a_push_that_is_not_ours_still_shows_something_and_leads_nowhere_else(
    site: str, entrance: Entrance, world: World, open_phone: OpenPhone
) -> None:
    """OU-4: always visible, or the browser takes the right to push away."""
    elsewhere = {"notification": {"title": "", "navigate": "https://elsewhere.example/steal"}}
    async with open_phone() as page:
        await sign_in(page, site, await entrance(world.mei))
        for body in ("", "not json", "{}", msgspec.json.encode(elsewhere).decode()):
            await push(page, site, body)
            (notice,) = await shown(page)
            assert (notice.title, notice.path) == ("Rounds · 外访", "/inbox"), body
            await page.evaluate(CLOSE)
