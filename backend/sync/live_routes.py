"""How does a screen hear that something changed? One stream of server-sent events, kinds only."""

from collections.abc import AsyncGenerator
from datetime import timedelta

from litestar import Request, Router, get
from litestar.datastructures import State
from litestar.response import ServerSentEvent, ServerSentEventMessage

from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.identity.principal import Principal
from backend.kernel import clock
from backend.kernel.live import Live, kinds_of, open_stream

STREAM_LIFE = timedelta(minutes=10)
"""A browser opens a stream again by itself; then the session is looked at again."""


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


@get("/", opt={"permission": Permission.CASE_READ, "uncompressed": True})
async def live(request: Request[Principal, object, State], who: Who) -> ServerSentEvent:
    """Stream the kinds of what changes in the tenant: sync, assignment, plan, board, decision, queue, resync."""
    return ServerSentEvent(messages(live_of(request.app.state), who))


router = Router(path="/live", route_handlers=[live], tags=["live"])
