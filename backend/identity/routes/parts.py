"""What does the application mount of identity? Routers under /v1, the guard of all routes, what handlers may ask for.

`check` runs at the start and refuses an application with a route that does not say who may call it.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.types import Guard, Scope

from backend.identity.admission import Door, guard_of, open_door, refuse_undeclared
from backend.identity.principal import Principal
from backend.identity.routes import company, devices, factors, passkeys, people, phones, session
from backend.identity.routes.factors import provide_vault
from backend.kernel.problems import NOT_SIGNED_IN, Problem
from backend.kernel.settings import Settings
from backend.kernel.web import provide_database, provide_raw, provide_tx


class IdentityParts(NamedTuple):
    """The parts, in the order in which the application needs them."""

    routers: list[Router]
    guard: Guard
    dependencies: dict[str, Provide]
    check: Callable[[Litestar], Awaitable[None]]
    door: Door


async def provide_who(scope: Scope) -> Principal:
    """Give who is asking; only routes that name a permission have one."""
    who = scope.get("user")
    if not isinstance(who, Principal):
        raise Problem(NOT_SIGNED_IN)
    return who


def identity_parts(settings: Settings) -> IdentityParts:
    """Return the parts for one application; handlers may ask for `tx`, `who`, `database` and `door`."""
    door = open_door(settings)

    async def provide_door() -> Door:
        return door

    return IdentityParts(
        routers=[
            session.router,
            factors.step_router,
            passkeys.step_router,
            passkeys.entry_router,
            company.router,
            factors.router,
            passkeys.router,
            factors.policy_router,
            devices.router,
            phones.router,
            people.users_router,
            factors.reset_router,
            people.teams_router,
        ],
        guard=guard_of(door),
        dependencies={
            "tx": Provide(provide_tx),
            "raw": Provide(provide_raw),
            "who": Provide(provide_who),
            "database": Provide(provide_database),
            "door": Provide(provide_door),
            "vault": Provide(provide_vault),
        },
        check=refuse_undeclared,
        door=door,
    )
