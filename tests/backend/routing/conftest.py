"""The lead's desk of the plans' tests."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from backend.cases import routes as case_routes
from backend.kernel.db import Database
from backend.routing import routes
from backend.routing.background import plans_life
from tests.backend.desk import Enter, desks
from tests.world import World


@pytest.fixture
async def enter(database: Database, world: World) -> AsyncIterator[Enter]:
    """Sign somebody in at a desk with a planner."""
    async with desks(database, world, [case_routes.assignments_router, routes.router]) as way_in:
        holder = Litestar([])
        async with plans_life(holder):
            way_in.state["plans"] = holder.state.plans
            yield way_in
