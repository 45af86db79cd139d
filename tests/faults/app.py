"""The application as it is served, with moments of a full disk; and three that are wrong on purpose.

A checker that finds nothing proves nothing unless it finds what was planted. Each factory is started by uvicorn in a
process of its own: the product's code is changed in that process only.
"""

import os
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from litestar import Litestar

from backend.app import asgi
from backend.evidence import problems as evidence_problems
from backend.evidence import uploads
from backend.evidence.storage import Storage
from backend.journal import queries as journal
from backend.journal.schemas import NewEvent
from backend.kernel.db import Database, Scope, bare_transaction
from backend.kernel.problems import Problem
from backend.kernel.statements import Statement
from backend.sync import push, queries, writing

FULL_SHARE = 0.1
PLANTED_SHARE = 0.3
_draw = random.Random(7)  # noqa: S311 - weather, not a secret


def sound() -> Litestar:
    """Return the application; one piece of a photo in ten meets a full disk."""
    check_room = uploads.check_room

    def check(storage: Storage) -> None:
        if _draw.random() < FULL_SHARE:
            raise Problem(evidence_problems.DISK_FULL)
        check_room(storage)

    uploads.check_room = check
    # A folder whose build is replaced by newer versions while phones work.
    asgi.PWA = Path(os.environ.get("ROUNDS_FAULTS_SITE", asgi.PWA))
    return asgi.app()


def drops_an_event() -> Litestar:
    """Return an application that now and then forgets the last event of a batch."""
    whole = journal.insert_events_statement

    def forgetful(events: Sequence[NewEvent]) -> Statement:
        return whole(events[:-1] if len(events) > 1 and _draw.random() < PLANTED_SHARE else events)

    journal.insert_events_statement = forgetful
    vars(writing)["insert_events_statement"] = forgetful
    return sound()


def skips_the_id_check() -> Litestar:
    """Return an application that forgets which items it has taken: every replay looks new to it."""
    queries.KNOWN = queries.KNOWN.replace("WHERE", "WHERE false AND")
    queries.CLAIM = """
    SELECT id FROM (SELECT $1::uuid, $2::uuid, $3::uuid, $4::timestamptz) AS unused,
        unnest($5::uuid[], $6::bigint[], $7::bytea[], $8::text[], $9::text[]) AS new (id, seq, body_hash, status, code)
    """
    return sound()


def acknowledges_before_commit() -> Litestar:
    """Return an application that sometimes answers and then loses what it answered for."""
    proper = bare_transaction

    class _LostError(Exception):
        """The power failed between the answer and the commit."""

    def lose_sometimes() -> None:
        if _draw.random() < PLANTED_SHARE:
            raise _LostError

    @asynccontextmanager
    async def hasty(database: Database, scope: Scope) -> AsyncIterator[asyncpg.Connection]:
        try:
            async with proper(database, scope) as raw:
                yield raw
                lose_sometimes()
        except _LostError:
            pass

    vars(push)["bare_transaction"] = hasty
    return sound()
