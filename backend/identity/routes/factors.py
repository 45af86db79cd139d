"""How does somebody look after the own second factors, and who takes away what another has lost?"""

from uuid import UUID

from litestar import Request, Response, Router, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation

from backend.identity import factor_rules, rules
from backend.identity.admission import AtDoor, Who
from backend.identity.commands import factors as acts
from backend.identity.commands import second_step
from backend.identity.commands.factors import Asker
from backend.identity.factor_schemas import (
    CodeGiven,
    Demand,
    FactorsReset,
    FactorsView,
    Owed,
    PolicyChange,
    PolicyPage,
    PolicyView,
    Proving,
    RecoveryCodes,
    TotpSeed,
)
from backend.identity.permissions import Permission
from backend.identity.problems import LINK_NOT_YOURS_TO_GIVE
from backend.identity.queries import factors, people
from backend.identity.routes.session import welcome
from backend.identity.schemas import BODY_BYTES_MAX, UserRole, WhoAmI
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.problems import NOT_FOUND, Problem
from backend.kernel.vault import Vault
from backend.kernel.web import FromDatabase, Tx

FromVault = NamedDependency[SkipValidation[Vault]]
"""The type of a handler's `vault`."""


def vault_of(state: State) -> Vault:
    """Return the vault of the application; raises TypeError when the application was put together wrongly."""
    vault = state.get("vault")
    if not isinstance(vault, Vault):
        raise TypeError("app.state.vault is not a Vault")
    return vault


async def provide_vault(state: State) -> Vault:
    """Give the vault, for handlers that keep or read a secret."""
    return vault_of(state)


@get("/", opt={"permission": Permission.SESSION_OWN})
async def what_is_owed(tx: Tx, who: Who) -> Owed:
    """Say by what the asker can show the second step, and from when on a factor must be set up."""
    found = await factors.factors_of(await bare(tx), who.user_id)
    return Owed(code_by=factor_rules.ways_of(found) if who.owes_code else [], enrol_by=who.enrol_by)


@post("/", opt={"permission": Permission.SESSION_OWN})
async def show_code(
    request: Request[object, object, State],
    data: JSONBody[CodeGiven],
    database: FromDatabase,
    vault: FromVault,
    who: Who,
    door: AtDoor,
) -> Response[WhoAmI]:
    """Show the second step: a code of the app, or one of the ten from paper; the session is a whole one from here."""
    now = clock.now()
    opened = await second_step.show_code(database, vault, who, data.code, now)
    return await welcome(request, database, door, opened, now)


@get("/", opt={"permission": Permission.ACCOUNT_OWN})
async def own_factors(tx: Tx, who: Who) -> FactorsView:
    """List the own second factors, and what the lender demands."""
    raw = await bare(tx)
    found = await factors.factors_of(raw, who.user_id)
    return FactorsView(
        demand=found.policy.demand,
        has_totp=found.has_totp,
        recovery_left=found.recovery_left,
        passkeys=await factors.passkeys_of(raw, who.user_id),
        enrol_by=who.enrol_by,
    )


@post("/totp", status_code=201, opt={"permission": Permission.ACCOUNT_OWN})
async def begin_totp(data: JSONBody[Proving], database: FromDatabase, vault: FromVault, who: Who) -> TotpSeed:
    """Make a secret for an authenticator app; it counts once a code of it was confirmed."""
    return await acts.begin_totp(database, vault, Asker(who, clock.now()), data)


@post("/totp/confirm", status_code=200, opt={"permission": Permission.ACCOUNT_OWN})
async def confirm_totp(
    data: JSONBody[CodeGiven], database: FromDatabase, vault: FromVault, who: Who, door: AtDoor
) -> RecoveryCodes:
    """Take the app into use by its first code; the first factor comes with ten codes for paper, shown this once."""
    codes = await acts.confirm_totp(database, vault, Asker(who, clock.now()), data.code)
    door.remembered.pop(who.token_hash, None)
    return codes


@post("/totp/remove", status_code=204, opt={"permission": Permission.ACCOUNT_OWN})
async def remove_totp(data: JSONBody[Proving], database: FromDatabase, who: Who) -> None:
    """Take the app out of use."""
    await acts.remove_totp(database, Asker(who, clock.now()), data)


@post("/recovery-codes", status_code=201, opt={"permission": Permission.ACCOUNT_OWN})
async def renew_codes(data: JSONBody[Proving], database: FromDatabase, who: Who) -> RecoveryCodes:
    """Make ten new codes for paper, shown this once; the old ones are worthless."""
    return await acts.renew_codes(database, Asker(who, clock.now()), data)


@post("/{user_id:uuid}/factors/reset", status_code=204, opt={"permission": Permission.LINK_MAKE})
async def reset_factors(user_id: FromPath[UUID], data: JSONBody[FactorsReset], tx: Tx, who: Who) -> None:
    """Take away the second factors that somebody has lost: an administrator of all, a lead of the own people."""
    user = await people.user_of(await bare(tx), user_id)
    if user is None:
        raise Problem(NOT_FOUND)
    if not rules.may_let_in(who.role, who.team_ids, user.role, user.team_ids):
        raise Problem(LINK_NOT_YOURS_TO_GIVE)
    await acts.reset_factors(tx, who.act(clock.now()), user_id, data.reason)


@get("/", opt={"permission": Permission.USER_MANAGE})
async def list_policies(tx: Tx) -> PolicyPage:
    """List what is demanded of each role."""
    known = await factors.policies(await bare(tx))
    return PolicyPage(policies=[known.get(role) or PolicyView(role, Demand.OFFERED, 0) for role in UserRole])


@put("/", status_code=204, opt={"permission": Permission.USER_MANAGE})
async def set_policy(data: JSONBody[PolicyChange], tx: Tx, who: Who, door: AtDoor) -> None:
    """Demand something else of a role; whoever has no second factor gets the days of grace."""
    await acts.set_policy(tx, who.act(clock.now()), data)
    door.remembered.clear()


step_router = Router(
    path="/session/step",
    route_handlers=[what_is_owed, show_code],
    tags=["session"],
    request_max_body_size=BODY_BYTES_MAX,
)
router = Router(
    path="/factors",
    route_handlers=[own_factors, begin_totp, confirm_totp, remove_totp, renew_codes],
    tags=["factors"],
    request_max_body_size=BODY_BYTES_MAX,
)
reset_router = Router(
    path="/users", route_handlers=[reset_factors], tags=["people"], request_max_body_size=BODY_BYTES_MAX
)
policy_router = Router(
    path="/second-factor",
    route_handlers=[list_policies, set_policy],
    tags=["factors"],
    request_max_body_size=BODY_BYTES_MAX,
)
