"""How does somebody see whether the demo lives, and stop it?"""

from litestar import Request, Router, get, put
from litestar.datastructures import State
from litestar.params import JSONBody

from backend.app.demo.live.commands import turn_switch, view_of
from backend.app.demo.live.schemas import LiveView, LiveWish
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.identity.principal import Principal
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.settings import Settings
from backend.kernel.web import Tx

BODY_BYTES_MAX = 1024
_Request = Request[Principal, object, State]


def _settings(request: _Request) -> Settings:
    settings = request.app.state.get("settings")
    if not isinstance(settings, Settings):
        raise TypeError("app.state.settings is not a Settings")
    return settings


@get("/live", opt={"permission": Permission.DEMO_CONTROL})
async def get_live(request: _Request, tx: Tx, who: Who) -> LiveView:
    """Say whether this lender is the demo's, and whether its people act by themselves."""
    settings = _settings(request)
    return await view_of(await bare(tx), who.tenant_id, settings.demo_pace, is_held=not settings.is_demo_live)


@put("/live", opt={"permission": Permission.DEMO_CONTROL})
async def put_live(request: _Request, data: JSONBody[LiveWish], tx: Tx, who: Who) -> LiveView:
    """Let the demo's people act, or stop them; there is no such switch (404) where the lender is not the demo's."""
    settings, raw = _settings(request), await bare(tx)
    await turn_switch(raw, who.act(clock.now()), is_on=data.is_on)
    return await view_of(raw, who.tenant_id, settings.demo_pace, is_held=not settings.is_demo_live)


router = Router(path="/demo", route_handlers=[get_live, put_live], tags=["demo"], request_max_body_size=BODY_BYTES_MAX)
