"""A line without calls of earlier tests."""

import pytest

from backend.kernel.db import Database
from tests.backend.calls.line.exchanges import forget_calls


@pytest.fixture(autouse=True)
async def quiet(job_database: Database) -> None:
    """End what earlier tests left under way."""
    await forget_calls(job_database)
