"""How does a phone reach the sync? Push, pull, and the keys that receipts are signed with."""

from typing import Annotated

import msgspec
from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.params import JSONBody, Parameter

from backend.cases.schemas import Worker
from backend.identity import health
from backend.identity.admission import AtDoor, Who
from backend.identity.permissions import Permission
from backend.identity.principal import Principal
from backend.kernel import clock
from backend.kernel.boxes import Boxes
from backend.kernel.db import Reach
from backend.kernel.live import announce_soon
from backend.kernel.problems import MALFORMED, TOO_MANY, Problem
from backend.kernel.reading import UNREADABLE
from backend.kernel.signing import SigningKey
from backend.kernel.throttle import wait_for_token_s
from backend.kernel.web import FromDatabase
from backend.sync import pull as pulling
from backend.sync import push as pushing
from backend.sync.left_behind import grant_leaving, sender_of_left
from backend.sync.live_routes import live_of
from backend.sync.problems import NOT_YOUR_DEVICE
from backend.sync.pull import CURSOR_LENGTH_MAX
from backend.sync.push import Sender
from backend.sync.schemas import (
    BATCH_BYTES_MAX,
    LeavingGrant,
    LeavingProof,
    LeftBehind,
    PublicKey,
    PublicKeys,
    PullAnswer,
    PushAnswer,
    PushRequest,
)
from backend.sync.sealed import opened


def key_of(state: State) -> SigningKey:
    """Return the key of the application; raises TypeError when the application was put together wrongly."""
    key = state.get("signing_key")
    if not isinstance(key, SigningKey):
        raise TypeError("app.state.signing_key is not a SigningKey")
    return key


def boxes_of(state: State) -> Boxes:
    """Return the box keys of the application; raises TypeError when the application was put together wrongly."""
    boxes = state.get("boxes")
    if not isinstance(boxes, Boxes):
        raise TypeError("app.state.boxes is not a Boxes")
    return boxes


def worker_of(who: Principal) -> Worker:
    """Return the person as the rules about facts see them: a collector has no teams, own assignments decide."""
    teams = who.team_ids if who.reach is Reach.TEAM else ()
    return Worker(user_id=who.user_id, team_ids=teams, sees_tenant=who.reach is Reach.TENANT)


_PUSH_REQUEST = msgspec.json.Decoder(PushRequest)


def read_batch(body: bytes) -> PushRequest:
    """Read a batch; raises Problem (malformed) that says where it is wrong."""
    try:
        return _PUSH_REQUEST.decode(body)
    except UNREADABLE as error:
        raise Problem(MALFORMED, fields=[{"field": "", "says": str(error)}]) from error


_LEFT_BEHIND = msgspec.json.Decoder(LeftBehind)


def read_left_behind(body: bytes) -> LeftBehind:
    """Read what a device left behind; raises Problem (malformed)."""
    try:
        return _LEFT_BEHIND.decode(body)
    except UNREADABLE as error:
        raise Problem(MALFORMED, fields=[{"field": "", "says": str(error)}]) from error


@post(
    "/push",
    status_code=200,
    opt={"permission": Permission.SYNC_PUSH, "uncompressed": True},
    request_max_body_size=BATCH_BYTES_MAX,
)
async def push(request: Request[Principal, object, State], who: Who, database: FromDatabase) -> PushAnswer:
    """Take a batch of at most 200 items or 1 MiB; each gets its answer, refused ones are kept.

    The body is a PushRequest. It is read here, because the bodies of its items stay as they came, byte for byte.
    """
    data = read_batch(await request.body())
    if who.device_id is not None and who.device_id != data.device_id:
        raise Problem(NOT_YOUR_DEVICE)
    sender = Sender(tenant_id=who.tenant_id, device_id=data.device_id, worker=worker_of(who))
    batch = opened(data, boxes_of(request.app.state))
    answer = await pushing.push(database, sender, batch, key_of(request.app.state), clock.now())
    await health.hear(database, who, request.headers.get(health.HEADER), clock.now())
    announce_soon(live_of(request.app.state), database.pool, who.tenant_id, "sync")
    return answer


@post(
    "/left-behind",
    status_code=200,
    opt={
        "public": "a device out of service proves itself by its key, and may only leave something",
        "uncompressed": True,
    },
    request_max_body_size=BATCH_BYTES_MAX,
)
async def left_behind(request: Request[object, object, State], database: FromDatabase, door: AtDoor) -> PushAnswer:
    """Take what waited on a device that was revoked, or whose person left; it is kept for a lead to decide.

    The body is a LeftBehind. A device in service is asked to sign in instead (sync.sign_in_first).
    """
    now = clock.now()
    wait_s = wait_for_token_s(door.challenges, now.timestamp())
    if wait_s > 0:
        raise Problem(TOO_MANY, retry_after_s=int(wait_s) + 1)
    left = read_left_behind(await request.body())
    batch = opened(left.batch, boxes_of(request.app.state))
    sender = await sender_of_left(database, left, now)
    return await pushing.push(database, sender, batch, key_of(request.app.state), now)


@post(
    "/left-behind/grant",
    opt={"public": "a device out of service proves itself by its key, and may only bring the files that it named"},
)
async def leaving(data: JSONBody[LeavingProof], database: FromDatabase, door: AtDoor) -> LeavingGrant:
    """Let a device out of service bring its photos; a device in service is asked to sign in (sync.sign_in_first)."""
    now = clock.now()
    wait_s = wait_for_token_s(door.challenges, now.timestamp())
    if wait_s > 0:
        raise Problem(TOO_MANY, retry_after_s=int(wait_s) + 1)
    return await grant_leaving(database, data, now)


@get("/pull", opt={"permission": Permission.SYNC_PULL})
async def pull(
    request: Request[Principal, object, State],
    who: Who,
    database: FromDatabase,
    cursor: Annotated[str | None, Parameter(max_length=CURSOR_LENGTH_MAX)] = None,
) -> PullAnswer:
    """Give the next page since the cursor; without a cursor a prime begins."""
    await health.hear(database, who, request.headers.get(health.HEADER), clock.now())
    return await pulling.pull(database, who.tenant_id, who.user_id, cursor, clock.now())


@get("/keys", opt={"permission": Permission.SYNC_PUSH})
async def keys(request: Request[Principal, object, State]) -> PublicKeys:
    """Give the public keys that receipts may be signed with, and those that phones seal for."""
    key = key_of(request.app.state)
    boxes = boxes_of(request.app.state)
    return PublicKeys(
        keys=[PublicKey(key_id=key.key_id, public_key=key.public_key)],
        box_keys=[PublicKey(key_id=one.key_id, public_key=one.public_key) for one in boxes.keys],
    )


router = Router(path="/sync", route_handlers=[push, left_behind, leaving, pull, keys], tags=["sync"])
