"""How do HTTP and the features meet? One transaction a request, refusals as problem+json, headers on every answer.

A handler asks for `tx` (committed after it returns, rolled back when it raises) or for `database`. Who is asking stands
in `scope["user"]`, put there by whoever admits requests; all that is needed here is that it can say its scope.
"""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

import asyncpg
import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException, SerializationException
from litestar.params import SkipValidation
from litestar.types import ExceptionHandlersMap, Message, Scope
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.kernel import problems
from backend.kernel.db import Database, bare_transaction, transaction
from backend.kernel.db import Scope as DataScope
from backend.kernel.problems import Problem, body_of
from backend.kernel.reading import UNREADABLE

log = logging.getLogger(__name__)

Tx = NamedDependency[SkipValidation[AsyncConnection]]
"""The type of a handler's `tx`: one transaction for who is asking."""

Raw = NamedDependency[SkipValidation[asyncpg.Connection]]
"""The same on a bare connection (dependency `raw`), for routes whose cost is measured: half a millisecond less."""

FromDatabase = NamedDependency[SkipValidation[Database]]
"""The type of a handler's `database`."""

PROBLEM_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
API_PREFIX = "/v1"
API_CSP = "default-src 'none'; frame-ancestors 'none'"
"""What an answer of the API may do when somebody opens it as a page: nothing."""

HSTS = "max-age=31536000; includeSubDomains"
_KIND_OF_STATUS = {
    400: problems.MALFORMED,
    401: problems.NOT_SIGNED_IN,
    403: problems.FORBIDDEN,
    404: problems.NOT_FOUND,
    405: problems.METHOD_NOT_ALLOWED,
    410: problems.GONE,
    413: problems.TOO_LARGE,
    415: problems.MALFORMED,
    422: problems.MALFORMED,
    429: problems.TOO_MANY,
    503: problems.UNAVAILABLE,
}
# The database was away, full, or gave up on us: the same request may succeed in a moment.
_PASSING_TROUBLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.OperatorInterventionError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    ConnectionError,
)
# JSON may carry U+0000, PostgreSQL's text may not; it reaches the database in whatever field takes free text.
_UNWRITABLE = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)


@runtime_checkable
class Acting(Protocol):
    """Whoever is asking: the feature that admits requests puts one into `scope["user"]`."""

    def scope(self) -> DataScope:
        """Return for whom the database shall act."""


class CarefulRequest(Request[object, object, State]):
    """A request whose JSON may be anything: what the reader raises beyond its own errors is a 400 too."""

    async def json(self) -> object:
        """Return the body as values; raises SerializationException for what is not UTF-8 or nested without end."""
        try:
            return await super().json()
        except UNREADABLE as error:
            raise SerializationException("not JSON that anybody writes") from error


def database_of(state: State) -> Database:
    """Return the open database of the application; raises TypeError when the application was put together wrongly."""
    database = state.get("database")
    if not isinstance(database, Database):
        raise TypeError("app.state.database is not an open Database")
    return database


def acting_of(scope: Scope) -> Acting:
    """Return who is asking; raises Problem(NOT_SIGNED_IN) on a route that admits everybody."""
    acting = scope.get("user")
    if not isinstance(acting, Acting):
        raise Problem(problems.NOT_SIGNED_IN)
    return acting


async def provide_database(state: State) -> Database:
    """Give the open database, for handlers that run their own transactions."""
    return database_of(state)


async def provide_tx(scope: Scope, state: State) -> AsyncGenerator[AsyncConnection, None]:
    """Give one transaction for who is asking; it commits before the answer leaves, so an answer is never a promise."""
    async with transaction(database_of(state), acting_of(scope).scope()) as tx:
        yield tx


async def provide_raw(scope: Scope, state: State) -> AsyncGenerator[asyncpg.Connection, None]:
    """Give one transaction for who is asking, on a bare connection; it commits before the answer leaves."""
    async with bare_transaction(database_of(state), acting_of(scope).scope()) as raw:
        yield raw


def problem_response(problem: Problem) -> Response[bytes]:
    """Return the answer for a refusal; `retry_after_s` in its data becomes the header of that name."""
    wait = problem.data.get("retry_after_s")
    headers = {"Retry-After": str(wait)} if isinstance(wait, int) else {}
    body = msgspec.json.encode(body_of(problem))
    return Response(content=body, status_code=problem.kind.status, media_type=PROBLEM_TYPE, headers=headers)


def _answer_problem(_request: Request[object, object, State], problem: Problem) -> Response[bytes]:
    return problem_response(problem)


def _answer_http_exception(request: Request[object, object, State], error: HTTPException) -> Response[bytes]:
    kind = _KIND_OF_STATUS.get(error.status_code)
    if kind is None:
        return _answer_broken(request, error)
    data: dict[str, object] = {"fields": _fields(error)} if kind is problems.MALFORMED else {}
    if kind is problems.UNAVAILABLE:
        data["retry_after_s"] = RETRY_AFTER_S
    return problem_response(Problem(kind, **data))


def _fields(error: HTTPException) -> list[dict[str, str]]:
    """Say which field is wrong and why, never what stood in it."""
    if not isinstance(error.extra, list) or not error.extra:
        return [{"field": "", "says": error.detail}]
    told = [one for one in error.extra if isinstance(one, Mapping)]
    return [{"field": str(one.get("key", "")), "says": str(one.get("message", ""))} for one in told]


def _answer_any(request: Request[object, object, State], error: Exception) -> Response[bytes]:
    cause = error.orig if isinstance(error, DBAPIError) else error
    driver_error = cause.__cause__ if cause is not None and cause.__cause__ is not None else cause
    if isinstance(driver_error, _UNWRITABLE):
        fields = [{"field": "", "says": "a text holds the character U+0000"}]
        return problem_response(Problem(problems.MALFORMED, fields=fields))
    if isinstance(error, PoolTimeoutError) or isinstance(driver_error, _PASSING_TROUBLE):
        log.warning("database trouble on %s %s: %s", request.method, request.url.path, type(driver_error).__name__)
        return problem_response(Problem(problems.UNAVAILABLE, retry_after_s=RETRY_AFTER_S))
    return _answer_broken(request, error)


def _answer_broken(request: Request[object, object, State], error: Exception) -> Response[bytes]:
    # The error may quote what a person typed; the log gets its trace, the client gets nothing of it.
    log.error("unhandled error on %s %s", request.method, request.url.path, exc_info=error)
    return problem_response(Problem(problems.BROKEN))


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    Problem: _answer_problem,
    HTTPException: _answer_http_exception,
    Exception: _answer_any,
}


def headers_hook(page_headers: Mapping[str, str], *, is_https: bool) -> Callable[[Message, Scope], Awaitable[None]]:
    """Return a `before_send` hook that puts the security headers on every answer, errors and files included.

    `page_headers` are those of pages (CSP with Trusted Types, Permissions-Policy), as the PWA's build states them; an
    answer under /v1 may do nothing at all and is never stored.
    """
    everywhere = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        **({"Strict-Transport-Security": HSTS} if is_https else {}),
    }
    page = _raw_headers(everywhere | {"Content-Security-Policy": API_CSP} | dict(page_headers))
    api = _raw_headers(everywhere | {"Content-Security-Policy": API_CSP, "Cache-Control": "no-store"})

    async def add_headers(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        wanted = api if scope["path"].startswith(API_PREFIX) else page
        present = {name.lower() for name, _ in message["headers"]}
        message["headers"] = [*message["headers"], *(pair for pair in wanted if pair[0] not in present)]

    return add_headers


def page_headers(pwa: Path) -> dict[str, str]:
    """Read the headers of pages from the one place where they are stated, beside the PWA; empty without it."""
    files = {"Content-Security-Policy": pwa / "csp.txt", "Permissions-Policy": pwa / "permissions-policy.txt"}
    return {name: " ".join(path.read_text(encoding="ascii").split()) for name, path in files.items() if path.is_file()}


def _raw_headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
