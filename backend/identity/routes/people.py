"""How are people and teams administered over HTTP?"""

from uuid import UUID

from litestar import Router, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.identity import passwords, rules
from backend.identity.admission import AtDoor, Door, Who
from backend.identity.commands import people as acts
from backend.identity.commands.sign_in import make_sign_in_link
from backend.identity.permissions import Permission
from backend.identity.problems import LINK_NOT_YOURS_TO_GIVE
from backend.identity.queries import people
from backend.identity.schemas import (
    BODY_BYTES_MAX,
    Act,
    Handover,
    NewTeam,
    Profile,
    RoleChange,
    TeamPage,
    TeamsChange,
    TeamView,
    UserPage,
    UserRequest,
    UserView,
    WayIn,
)
from backend.kernel import clock
from backend.kernel.db import bare, transaction
from backend.kernel.limits import PAGE_SIZE_MAX
from backend.kernel.problems import NOT_FOUND, Problem
from backend.kernel.web import FromDatabase, Tx


@get("/", opt={"permission": Permission.USER_READ})
async def list_users(tx: Tx, who: Who, after: FromQuery[UUID | None] = None) -> UserPage:
    """List people by id: a lead sees the own teams, the others of this permission the tenant."""
    page = await people.users_seen_by(await bare(tx), who.scope(), after)
    return UserPage(users=page, next=page[-1].id if len(page) == PAGE_SIZE_MAX else None)


@post("/", status_code=201, opt={"permission": Permission.USER_MANAGE})
async def create_user(data: JSONBody[UserRequest], database: FromDatabase, who: Who, door: AtDoor) -> Handover:
    """Make a person and the way in: a random password or a one-time link, shown this once."""
    password = passwords.random_password() if data.way_in is WayIn.PASSWORD else None
    password_hash = await passwords.hash_password(password) if password else None
    act = who.act(clock.now())
    async with transaction(database, who.scope()) as tx:
        user_id = await acts.create_user(tx, act, data.user, password_hash)
        if password is None:
            return await _link(tx, act, user_id, door)
    return Handover(user_id=user_id, password=password, link=None, expires_at=None)


async def _link(tx: AsyncConnection, act: Act, user_id: UUID, door: Door) -> Handover:
    made = await make_sign_in_link(tx, act, user_id)
    # The token stands behind '#', so that it comes into no log of any server or proxy.
    return Handover(
        user_id=user_id, password=None, link=f"{door.origin}/enter#{made.token}", expires_at=made.expires_at
    )


@get("/{user_id:uuid}", opt={"permission": Permission.USER_MANAGE})
async def get_user(user_id: FromPath[UUID], tx: Tx) -> UserView:
    """Give one person."""
    user = await people.user_of(await bare(tx), user_id)
    if user is None:
        raise Problem(NOT_FOUND)
    return user


@put("/{user_id:uuid}/profile", status_code=204, opt={"permission": Permission.USER_MANAGE})
async def change_profile(user_id: FromPath[UUID], data: JSONBody[Profile], tx: Tx, who: Who) -> None:
    """Change name, language, zone, shift and where the day starts and ends."""
    await acts.change_profile(tx, who.act(clock.now()), user_id, data)


@put("/{user_id:uuid}/role", status_code=204, opt={"permission": Permission.USER_MANAGE})
async def change_role(user_id: FromPath[UUID], data: JSONBody[RoleChange], tx: Tx, who: Who) -> None:
    """Change a role; the person's sessions end."""
    await acts.set_role(tx, who.act(clock.now()), user_id, data.role)


@put("/{user_id:uuid}/teams", status_code=204, opt={"permission": Permission.USER_MANAGE})
async def change_teams(user_id: FromPath[UUID], data: JSONBody[TeamsChange], tx: Tx, who: Who) -> None:
    """Put a person into exactly these teams; the person's sessions end."""
    await acts.put_in_teams(tx, who.act(clock.now()), user_id, data.team_ids)


@post("/{user_id:uuid}/deactivate", status_code=204, opt={"permission": Permission.USER_MANAGE})
async def deactivate(user_id: FromPath[UUID], tx: Tx, who: Who) -> None:
    """Shut a leaver out at once; what the person did stays."""
    await acts.deactivate_user(tx, who.act(clock.now()), user_id)


@post("/{user_id:uuid}/activate", status_code=204, opt={"permission": Permission.USER_MANAGE})
async def activate(user_id: FromPath[UUID], tx: Tx, who: Who) -> None:
    """Let somebody in again."""
    await acts.activate_user(tx, who.act(clock.now()), user_id)


@post("/{user_id:uuid}/password", status_code=201, opt={"permission": Permission.USER_MANAGE})
async def reset_password(user_id: FromPath[UUID], database: FromDatabase, who: Who) -> Handover:
    """Give a person a new random password, shown this once; the person's sessions end."""
    password = passwords.random_password()
    password_hash = await passwords.hash_password(password)
    async with transaction(database, who.scope()) as tx:
        await acts.set_password(tx, who.act(clock.now()), user_id, password_hash, spare=None)
    return Handover(user_id=user_id, password=password, link=None, expires_at=None)


@post("/{user_id:uuid}/link", status_code=201, opt={"permission": Permission.LINK_MAKE})
async def make_link(user_id: FromPath[UUID], tx: Tx, who: Who, door: AtDoor) -> Handover:
    """Make a one-time link for somebody who cannot get in: an administrator for all, a lead for the own people."""
    user = await people.user_of(await bare(tx), user_id)
    if user is None:
        raise Problem(NOT_FOUND)
    if not rules.may_let_in(who.role, who.team_ids, user.role, user.team_ids):
        raise Problem(LINK_NOT_YOURS_TO_GIVE)
    return await _link(tx, who.act(clock.now()), user_id, door)


@get("/", opt={"permission": Permission.USER_READ})
async def list_teams(tx: Tx, who: Who) -> TeamPage:
    """List the teams that the asker sees."""
    return TeamPage(teams=await people.teams_seen_by(await bare(tx), who.scope()))


@post("/", status_code=201, opt={"permission": Permission.USER_MANAGE})
async def create_team(data: JSONBody[NewTeam], tx: Tx, who: Who) -> TeamView:
    """Make a team."""
    team_id = await acts.create_team(tx, who.act(clock.now()), data)
    return TeamView(id=team_id, name=data.name, kind=data.kind)


users_router = Router(
    path="/users",
    route_handlers=[
        list_users,
        create_user,
        get_user,
        change_profile,
        change_role,
        change_teams,
        deactivate,
        activate,
        reset_password,
        make_link,
    ],
    tags=["people"],
    request_max_body_size=BODY_BYTES_MAX,
)
teams_router = Router(
    path="/teams", route_handlers=[list_teams, create_team], tags=["people"], request_max_body_size=BODY_BYTES_MAX
)
