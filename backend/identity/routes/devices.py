"""How does a phone register, prove itself, and lose its right to come in?"""

from typing import Annotated
from uuid import UUID

from litestar import Request, Response, Router, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from backend.identity.admission import AtDoor, Who, marks_of
from backend.identity.commands import devices as acts
from backend.identity.commands import locks, passkeys
from backend.identity.commands.factors import Asker
from backend.identity.passkey_rules import site_of
from backend.identity.passkey_schemas import NewPasskey, PasskeyShown
from backend.identity.permissions import Permission, may
from backend.identity.principal import Principal
from backend.identity.queries import devices
from backend.identity.routes.session import cookie_of
from backend.identity.schemas import (
    BODY_BYTES_MAX,
    Challenge,
    DevicePage,
    DeviceRevocation,
    Lease,
    LockShare,
    NewDevice,
    NewLock,
    PinProof,
)
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.limits import PAGE_SIZE_MAX
from backend.kernel.problems import TOO_MANY, Problem
from backend.kernel.throttle import wait_for_token_s
from backend.kernel.web import FromDatabase, Tx


@post("/", status_code=201, opt={"permission": Permission.DEVICE_OWN})
async def register_device(
    request: Request[Principal, object, State], data: JSONBody[NewDevice], tx: Tx, who: Who, door: AtDoor
) -> Response[None]:
    """Register this browser's key; its session becomes the device's and lasts 30 days from its last use."""
    now = clock.now()
    expires_at = await acts.register_device(tx, who, data, now)
    door.remembered.pop(who.token_hash, None)
    token = marks_of(request.scope, door.cookie_name).token or ""
    return Response(None, status_code=201, cookies=[cookie_of(door, token, expires_at, now)])


@get("/", opt={"permission": Permission.DEVICE_OWN})
async def list_devices(
    tx: Tx,
    who: Who,
    after: FromQuery[UUID | None] = None,
    own: Annotated[bool, QueryParameter(description="only the asker's own")] = True,  # noqa: FBT002 - a query parameter
) -> DevicePage:
    """List the own devices; with `own=false` a lead sees the team's and an administrator the tenant's."""
    own_only = own or who.is_locked or not may(who.role, Permission.DEVICE_MANAGE)
    page = await devices.devices_seen_by(await bare(tx), who.scope(), after, own_only=own_only)
    return DevicePage(devices=page, next=page[-1].id if len(page) == PAGE_SIZE_MAX else None)


@post("/{device_id:uuid}/revoke", status_code=204, opt={"permission": Permission.DEVICE_OWN})
async def revoke_device(device_id: FromPath[UUID], data: JSONBody[DeviceRevocation], tx: Tx, who: Who) -> None:
    """Revoke a device of one's own, of the own team (lead) or of anybody (administrator); it is out within 5 s."""
    await acts.revoke_device(tx, who, device_id, data.reason, clock.now())


@put("/{device_id:uuid}/lock", opt={"permission": Permission.DEVICE_OWN})
async def make_lock(device_id: FromPath[UUID], data: JSONBody[NewLock], database: FromDatabase, who: Who) -> LockShare:
    """Make the server's half of the key that opens this device's own data; the one before opens nothing any more."""
    return await locks.make_lock(database, who, device_id, data, clock.now())


@post("/{device_id:uuid}/unlock", status_code=200, opt={"permission": Permission.DEVICE_OWN})
async def unlock(device_id: FromPath[UUID], data: JSONBody[PinProof], database: FromDatabase, who: Who) -> LockShare:
    """Give the server's half to who knows the PIN; the eighth wrong PIN destroys it."""
    return await locks.unlock(database, who, device_id, data.verifier, clock.now())


@post("/{device_id:uuid}/lease", status_code=200, opt={"permission": Permission.DEVICE_OWN})
async def renew_lease(
    device_id: FromPath[UUID], data: JSONBody[PasskeyShown], database: FromDatabase, who: Who, door: AtDoor
) -> Lease:
    """Say until when a device may be read without asking again; its passkey signs a nonce of its challenge."""
    shown = locks.Shown(site_of(door.origin), data.assertion)
    return await locks.renew_lease(database, who, device_id, shown, clock.now())


@put("/{device_id:uuid}/passkey", status_code=204, opt={"permission": Permission.DEVICE_OWN})
async def make_passkey(
    device_id: FromPath[UUID], data: JSONBody[NewPasskey], database: FromDatabase, who: Who, door: AtDoor
) -> None:
    """Let a passkey open this device from now on; it was made for a nonce of the device's challenge."""
    await passkeys.add_for_device(database, Asker(who, clock.now()), site_of(door.origin), device_id, data)
    door.remembered.pop(who.token_hash, None)


@post(
    "/{device_id:uuid}/challenge",
    status_code=201,
    opt={"public": "a device proves itself before its person is known"},
)
async def challenge(device_id: FromPath[UUID], database: FromDatabase, door: AtDoor) -> Challenge:
    """Give a nonce that the device may sign once; whether there is such a device is not told."""
    now = clock.now()
    wait_s = wait_for_token_s(door.challenges, now.timestamp())
    if wait_s > 0:
        raise Problem(TOO_MANY, retry_after_s=int(wait_s) + 1)
    return await acts.make_challenge(database.pool, device_id, now)


router = Router(
    path="/devices",
    route_handlers=[
        register_device,
        list_devices,
        revoke_device,
        make_lock,
        unlock,
        renew_lease,
        make_passkey,
        challenge,
    ],
    tags=["devices"],
    request_max_body_size=BODY_BYTES_MAX,
)
