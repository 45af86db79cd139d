"""Which map does the phone draw under its stops? One GeoJSON file of the data folder, a real or a made-up town's."""

import hashlib
from pathlib import Path

from litestar import Request, Response, Router, get
from litestar.datastructures import State

from backend.identity.permissions import Permission
from backend.kernel.problems import NOT_FOUND, Problem
from backend.kernel.settings import Settings

REAL_MAP = "map.geojson"
"""Written by `rounds map build` from an OpenStreetMap file; its own attribution is inside."""
MADE_UP_MAP = "town.geojson"


def town_file(data: Path) -> Path | None:
    """Return the map to draw: the real town before the made-up one; None when there is neither."""
    candidates = (data / "map" / name for name in (REAL_MAP, MADE_UP_MAP))
    return next((path for path in candidates if path.is_file()), None)


@get("/town.geojson", opt={"permission": Permission.MAP_READ})
async def town(request: Request[object, object, State]) -> Response[bytes]:
    """Give the map of the town as GeoJSON; a phone that has it asks again with its ETag."""
    settings = request.app.state.settings
    if not isinstance(settings, Settings):
        raise TypeError("app.state.settings is not a Settings")
    path = town_file(settings.data_dir)
    if path is None:
        raise Problem(NOT_FOUND)
    content = path.read_bytes()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(content=b"", status_code=304, headers=headers)
    return Response(content=content, media_type="application/geo+json", headers=headers)


router = Router(path="/map", route_handlers=[town], tags=["map"])
