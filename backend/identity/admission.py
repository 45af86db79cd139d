"""Who is let in at the door of the API? The cookie, the session behind it, the permission of the route, same site.

A session is read by one statement and remembered for 4 s, so that a busy phone costs no database and whoever is shut
out is out within 5 s. Writing is taken from our own pages only: a header that no form can send, and the browser's
word (Sec-Fetch-Site, Origin) about where the request comes from.
"""

import hashlib
import logging
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import SkipValidation
from litestar.routes import HTTPRoute
from litestar.types import Guard, Scope

from backend.identity import factor_rules, rules
from backend.identity.factor_problems import CODE_OWED, FACTOR_OWED
from backend.identity.permissions import WHILE_LOCKED, Permission, may
from backend.identity.principal import Principal
from backend.identity.problems import LOCKED
from backend.identity.queries import doors
from backend.kernel.clock import now as present
from backend.kernel.db import Database
from backend.kernel.problems import CROSS_SITE, FORBIDDEN, NOT_SIGNED_IN, Problem
from backend.kernel.settings import Settings
from backend.kernel.throttle import Bucket, full_bucket
from backend.kernel.web import database_of

log = logging.getLogger(__name__)

REMEMBERED = timedelta(seconds=4)
"""Less than the 5 s within which a revocation must act; the rest is for the request itself."""

REMEMBERED_MAX = 20_000
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_HEADER = b"x-rounds"
OPENING_HEADER = b"x-rounds-open"
LEAVING_HEADER = b"x-rounds-left"
SIGN_INS_PER_S, SIGN_INS_BURST = 10.0, 40.0
CHALLENGES_PER_S, CHALLENGES_BURST = 50.0, 200.0


class Remembered(NamedTuple):
    """A session as it was read at a moment, with what was shown to open it."""

    who: Principal
    read_at: datetime
    opening_hash: bytes | None


class Door(msgspec.Struct):
    """What one process knows at its door: the name of its cookie, its own addresses, whom it has just seen."""

    cookie_name: str
    is_https: bool
    origin: str
    own_origins: frozenset[str]
    sign_ins: Bucket
    challenges: Bucket
    remembers_for: timedelta
    remembered: dict[bytes, Remembered]


Who = NamedDependency[SkipValidation[Principal]]
"""The type of a handler's `who`."""

AtDoor = NamedDependency[SkipValidation[Door]]
"""The type of a handler's `door`."""


def open_door(settings: Settings) -> Door:
    """Return the door of a process.

    `__Host-` cookies need https; on http://localhost the name carries the port, because cookies ignore ports and two
    checkouts on one machine would sign each other out.
    """
    is_https = settings.origin.startswith("https://")
    local = {f"http://{host}:{settings.port}" for host in ("localhost", "127.0.0.1", "[::1]")}
    return Door(
        cookie_name="__Host-rounds" if is_https else f"rounds-{settings.port}",
        is_https=is_https,
        origin=settings.origin,
        own_origins=frozenset({settings.origin} if is_https else {settings.origin, *local}),
        sign_ins=full_bucket(SIGN_INS_PER_S, SIGN_INS_BURST),
        challenges=full_bucket(CHALLENGES_PER_S, CHALLENGES_BURST),
        remembers_for=REMEMBERED,
        remembered={},
    )


class Marks(NamedTuple):
    """The headers that admission reads, in one pass over all of them."""

    token: str | None
    origin: str | None
    fetch_site: str | None
    has_own_header: bool
    opening: str | None = None


def marks_of(scope: Scope, cookie_name: str) -> Marks:
    """Read the headers of a request."""
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in (b"cookie", b"origin", b"sec-fetch-site", OWN_HEADER, OPENING_HEADER, LEAVING_HEADER):
            # HTTP/2 may split the cookies over several headers (RFC 9113, 8.2.3).
            text = value.decode("latin-1")
            found[name] = f"{found[name]}; {text}" if name == b"cookie" and name in found else text
    return Marks(
        # A device out of service has no cookie, or an old one; what it was given to leave its photos counts first.
        token=found.get(LEAVING_HEADER) or _cookie(found.get(b"cookie", ""), cookie_name),
        origin=found.get(b"origin"),
        fetch_site=found.get(b"sec-fetch-site"),
        has_own_header=OWN_HEADER in found,
        opening=found.get(OPENING_HEADER),
    )


def _cookie(header: str, name: str) -> str | None:
    for pair in header.split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name:
            return value
    return None


def is_from_own_page(marks: Marks, own_origins: frozenset[str]) -> bool:
    """Tell whether a writing request comes from our own page, or from a program that is no browser.

    No form and no other site can send the header without a preflight, which we never grant; a browser that says
    where the request comes from is believed, because a page cannot forge either word.
    """
    if not marks.has_own_header:
        return False
    if marks.fetch_site is not None:
        return marks.fetch_site == "same-origin"
    return marks.origin is None or marks.origin in own_origins


def guard_of(door: Door) -> Guard:
    """Return the guard of the whole application; it puts the Principal into `scope["user"]`."""

    async def admit(
        connection: ASGIConnection[BaseRouteHandler, object, object, State], handler: BaseRouteHandler
    ) -> None:
        scope = connection.scope
        method = scope.get("method", "GET")
        if method == "OPTIONS":
            return
        marks = marks_of(scope, door.cookie_name)
        if method not in SAFE_METHODS and not is_from_own_page(marks, door.own_origins):
            log.warning("cross-site %s %s from %r", method, scope["path"], marks.origin or marks.fetch_site)
            raise Problem(CROSS_SITE)
        if "public" in handler.opt:
            return
        who = await _principal(door, database_of(connection.app.state), marks)
        scope["user"] = who
        permission = handler.opt["permission"]
        if not may(who.role, permission):
            log.warning("forbidden: %s (%s) %s on %s %s", who.user_id, who.role, permission, method, scope["path"])
            raise Problem(FORBIDDEN, permission=permission)
        _refuse_owing(who, permission)
        if who.may_leave is not None and permission is not Permission.UPLOAD_CREATE:
            raise Problem(FORBIDDEN, permission=permission)
        if who.is_locked and permission not in WHILE_LOCKED:
            raise Problem(LOCKED)

    return admit


def _refuse_owing(who: Principal, permission: Permission) -> None:
    """Let a session that owes a second step send, and show the step; nothing else."""
    has_device = who.device_id is not None
    if who.owes_code and not factor_rules.may_while_owing_code(permission, has_device=has_device):
        raise Problem(CODE_OWED)
    is_late = who.enrol_by is not None and present() >= who.enrol_by
    if is_late and permission not in factor_rules.WHILE_OWING_FACTOR:
        raise Problem(FACTOR_OWED)


async def _principal(door: Door, database: Database, marks: Marks) -> Principal:
    if not marks.token:
        raise Problem(NOT_SIGNED_IN)
    now, token_hash = present(), _hash(marks.token)
    opening_hash = _hash(marks.opening) if marks.opening else None
    known = door.remembered.get(token_hash)
    is_fresh = known is not None and now - known.read_at < door.remembers_for and now < known.who.expires_at
    if known is not None and is_fresh and known.opening_hash == opening_hash:
        return known.who
    who = await doors.principal_of(database.pool, token_hash, now, opening_hash=opening_hash)
    if who is None:
        door.remembered.pop(token_hash, None)
        raise Problem(NOT_SIGNED_IN)
    if rules.must_slide(who.expires_at, now, has_device=who.device_id is not None):
        ends_at = rules.session_end(now, has_device=True)
        await doors.prolong_session(database.pool, token_hash, ends_at)
        who = msgspec.structs.replace(who, expires_at=ends_at)
    if len(door.remembered) >= REMEMBERED_MAX:
        door.remembered.clear()
    door.remembered[token_hash] = Remembered(who, now, opening_hash)
    return who


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def undeclared(app: Litestar) -> list[str]:
    """Return the handlers that name neither a permission nor a reason to be public, nor exactly one of both."""
    return [f"{path} ({handler})" for path, handler in handlers_of(app) if not _is_declared(handler)]


def _is_declared(handler: BaseRouteHandler) -> bool:
    public, permission = handler.opt.get("public"), handler.opt.get("permission")
    return isinstance(permission, Permission) if public is None else bool(public) and permission is None


def handlers_of(app: Litestar) -> list[tuple[str, BaseRouteHandler]]:
    """Return every handler with its path, less the answers to OPTIONS that the framework adds by itself."""
    pairs: list[tuple[str, BaseRouteHandler]] = []
    for route in app.routes:
        handlers = route.route_handlers if isinstance(route, HTTPRoute) else [route.route_handler]
        pairs += [(route.path, handler) for handler in handlers if not _answers_options(handler)]
    return pairs


def _answers_options(handler: BaseRouteHandler) -> bool:
    return isinstance(handler, HTTPRouteHandler) and handler.http_methods == {"OPTIONS"}


async def refuse_undeclared(app: Litestar) -> None:
    """Stop the start of an application whose route does not say who may call it."""
    wrong = undeclared(app)
    if wrong:
        raise ImproperlyConfiguredException("these routes name no permission: " + ", ".join(sorted(wrong)))
