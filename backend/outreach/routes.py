"""How does a browser ask to be pushed to?"""

from litestar import Router, delete, get, put
from litestar.datastructures import State
from litestar.params import JSONBody

from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.settings import Settings
from backend.kernel.web import Tx
from backend.outreach import commands
from backend.outreach.keys import PushSigner
from backend.outreach.schemas import PushKey, SubscriptionEnd, SubscriptionWish

BODY_BYTES_MAX = 8192


def signer_of(state: State) -> PushSigner:
    """Return the application's key for pushes; raises TypeError when the application was put together wrongly."""
    signer = state.get("push_signer")
    if not isinstance(signer, PushSigner):
        raise TypeError("app.state.push_signer is not a PushSigner")
    return signer


def is_test(state: State) -> bool:
    """Say whether pushes may go to this very machine; raises TypeError without settings."""
    settings = state.get("settings")
    if not isinstance(settings, Settings):
        raise TypeError("app.state.settings are not Settings")
    return settings.is_push_test


@get("/key", opt={"permission": Permission.PUSH_SUBSCRIBE})
async def push_key(state: State) -> PushKey:
    """Give the key that a browser subscribes with."""
    return PushKey(public_key=signer_of(state).public_key)


@put("/subscription", status_code=204, opt={"permission": Permission.PUSH_SUBSCRIBE})
async def put_subscription(data: JSONBody[SubscriptionWish], tx: Tx, who: Who, state: State) -> None:
    """Push to this browser; asked again at each start of the app, it renews what stands."""
    await commands.subscribe(await bare(tx), who.act(clock.now()), data, is_test=is_test(state))


@delete("/subscription", status_code=204, opt={"permission": Permission.PUSH_SUBSCRIBE})
async def delete_subscription(data: JSONBody[SubscriptionEnd], tx: Tx, who: Who) -> None:
    """Push to this browser no more."""
    await commands.unsubscribe(await bare(tx), who.act(clock.now()), data.endpoint)


router = Router(
    path="/push",
    route_handlers=[push_key, put_subscription, delete_subscription],
    tags=["push"],
    request_max_body_size=BODY_BYTES_MAX,
)
