"""The desks of the calls' tests."""

from collections.abc import AsyncIterator

import pytest

from backend.calls import routes as call_routes
from backend.cases import routes
from backend.compliance import routes as verdict_routes
from backend.kernel.db import Database
from tests.backend.desk import Enter, desks
from tests.world import World


@pytest.fixture
async def enter(database: Database, world: World) -> AsyncIterator[Enter]:
    """Sign somebody in at a desk."""
    handlers = [routes.router, routes.queue_router, call_routes.router, verdict_routes.router]
    async with desks(database, world, handlers) as way_in:
        yield way_in
