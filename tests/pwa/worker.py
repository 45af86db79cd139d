"""How does a test reach a service worker as the browser does: by a push, or by the news that the network is back?"""

import asyncio

from playwright.async_api import CDPSession, Page

from tests.pwa.waiting import until

FLUSH_TAG = "rounds-flush"
"""What the phone asks to be woken for; `FLUSH_TAG` of pwa/src/sync/flush.ts."""


async def registration_of(page: Page, site: str) -> tuple[CDPSession, str]:
    """Return a session of the browser's own protocol and the id of the worker that serves the site.

    The session stays open until the browser closes: what is under way when it ends is dropped.
    """
    session: CDPSession = await page.context.new_cdp_session(page)
    known: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def registered(event: dict[str, list[dict[str, object]]]) -> None:
        for one in event["registrations"]:
            if str(one["scopeURL"]).startswith(site) and not one["isDeleted"] and not known.done():
                known.set_result(str(one["registrationId"]))

    session.on("ServiceWorker.workerRegistrationUpdated", registered)
    await session.send("ServiceWorker.enable")
    return session, await asyncio.wait_for(known, 30)


# Whoever asks for the notices between their being kept and their being shown makes Chromium drop them, as if the person
# had wiped them away: so nobody asks before the worker's own call has come back.
LISTEN = """() => {
    if (self.shownCount !== undefined) return;
    self.shownCount = 0;
    const show = self.registration.showNotification.bind(self.registration);
    self.registration.showNotification = async (...given) => { await show(...given); self.shownCount += 1; };
}"""


async def push(page: Page, site: str, body: str) -> None:
    """Let the browser hand a push to the service worker, as its push service would; wait until it is shown."""
    (worker,) = page.context.service_workers
    await worker.evaluate(LISTEN)
    before: int = await worker.evaluate("() => self.shownCount")
    session, registration_id = await registration_of(page, site)
    await session.send(
        "ServiceWorker.deliverPushMessage", {"origin": site, "registrationId": registration_id, "data": body}
    )
    for _ in range(600):
        if await worker.evaluate("() => self.shownCount") > before:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("no notice was shown")


async def asked_to_be_woken(page: Page) -> None:
    """Wait until the phone has asked the browser, by Background Sync, to wake its worker."""
    await until(
        page, "async tag => (await (await navigator.serviceWorker.ready).sync.getTags()).includes(tag)", FLUSH_TAG
    )


async def wake(page: Page, site: str) -> None:
    """Wake the worker as the browser does when the network is back, only without its waiting.

    The browser tries again after minutes when its own first try came to nothing; no test can wait for that.
    """
    session, registration_id = await registration_of(page, site)
    await session.send(
        "ServiceWorker.dispatchSyncEvent",
        {"origin": site, "registrationId": registration_id, "tag": FLUSH_TAG, "lastChance": False},
    )
