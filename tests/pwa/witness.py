"""What did a page do before a test failed? Kept as it happens, and told only then."""

import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as PageError

log = logging.getLogger(__name__)

KEPT_MAX = 80
TEXT_MAX = 1_500


@asynccontextmanager
async def witnessed(context: BrowserContext) -> AsyncIterator[None]:
    """Write down requests, answers, loads and words of the console of all pages; tell them when the body fails."""
    began = time.monotonic()
    seen: deque[str] = deque(maxlen=KEPT_MAX)

    def note(what: str) -> None:
        seen.append(f"{time.monotonic() - began:7.2f} {what[:200]}")

    context.on("request", lambda one: note(f"-> {one.method} {one.url}"))
    context.on("response", lambda one: note(f"<- {one.status} {one.url}"))
    context.on("requestfailed", lambda one: note(f"<- failed {one.url} {one.failure}"))
    context.on("console", lambda line: note(f"console {line.type}: {line.text}"))
    context.on("serviceworker", lambda worker: note(f"worker {worker.url}"))
    for page in context.pages:
        _watch(page, note)
    context.on("page", lambda page: _watch(page, note))
    try:
        yield
    except BaseException:
        shown = [f"at {page.url}\n{await _text(page)}" for page in context.pages]
        log.warning("the pages when the test failed:\n%s\n%s", "\n".join(shown), "\n".join(seen))
        raise


def _watch(page: Page, note: Callable[[str], None]) -> None:
    page.on("framenavigated", lambda frame: note(f"load {frame.url}"))


async def _text(page: Page) -> str:
    try:
        return str(await page.evaluate("document.body.innerText", None))[:TEXT_MAX]
    except PageError as error:
        return f"(no text: {error.message[:200]})"
