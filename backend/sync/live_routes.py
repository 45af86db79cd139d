"""How does a screen hear that something changed? One stream of server-sent events, kinds only."""

import asyncio
import signal
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from types import FrameType

from litestar import Litestar, Request, Router, get
from litestar.datastructures import State
from litestar.response import ServerSentEvent, ServerSentEventMessage

from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.identity.principal import Principal
from backend.kernel import clock
from backend.kernel.live import Live, close_all, kinds_of, listening, make_live, open_stream

STREAM_LIFE = timedelta(minutes=10)
"""A browser opens a stream again by itself; then the session is looked at again."""


@asynccontextmanager
async def live_life(application: Litestar) -> AsyncGenerator[None, None]:
    """Listen for what changes as long as the application lives; its settings stand in the state."""
    live = make_live()
    application.state.live = live
    with _let_go_at_the_signal(live):
        async with listening(application.state.settings.database_url, live):
            yield


@contextmanager
def _let_go_at_the_signal(live: Live) -> Generator[None, None, None]:
    """End the streams when the server is told to stop; else it would wait for their readers until its grace ends."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def let_go(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(close_all, live)
        server = before[signal.Signals(number)]
        if callable(server):
            server(number, frame)

    ours = [number for number, handler in before.items() if callable(handler)]
    for number in ours:
        signal.signal(number, let_go)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, before[number])


def live_of(state: State) -> Live:
    """Return the register of streams; raises TypeError when the application was put together wrongly."""
    live = state.get("live")
    if not isinstance(live, Live):
        raise TypeError("app.state.live is not a Live")
    return live


async def messages(live: Live, who: Principal) -> AsyncGenerator[ServerSentEventMessage, None]:
    """Yield one message a change (its event is the kind), and a comment as heartbeat."""
    stream = open_stream(live, who.tenant_id, who.user_id)
    yield ServerSentEventMessage(event="hello", data="{}", retry=2000)
    async for kinds in kinds_of(live, stream, min(clock.now() + STREAM_LIFE, who.expires_at)):
        if not kinds:
            yield ServerSentEventMessage(comment="still here")
        for kind in kinds:
            yield ServerSentEventMessage(event=kind, data="{}")


@get("/", opt={"permission": Permission.LIVE_HEAR, "uncompressed": True})
async def live(request: Request[Principal, object, State], who: Who) -> ServerSentEvent:
    """Stream kinds of what changes: sync, assignment, plan, board, decision, queue, import, demo, resync."""
    return ServerSentEvent(messages(live_of(request.app.state), who))


router = Router(path="/live", route_handlers=[live], tags=["live"])
