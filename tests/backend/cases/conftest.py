"""The desks of the cases' tests."""

from collections.abc import AsyncIterator

import pytest

from backend.cases import routes, territory_routes
from backend.kernel.db import Database
from tests.backend.desk import Enter, desks
from tests.world import World


@pytest.fixture
async def enter(database: Database, world: World) -> AsyncIterator[Enter]:
    """Sign somebody in at a desk."""
    routers = [routes.router, routes.assignments_router, routes.queue_router, territory_routes.router]
    async with desks(database, world, routers) as way_in:
        yield way_in
