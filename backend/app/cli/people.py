"""How does an operator make tenants, teams and people, and let them in? At the command line, before anybody is in."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Literal
from uuid import UUID

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.app.cli.local import database_url
from backend.identity import passwords
from backend.identity.commands import people as acts
from backend.identity.commands.sign_in import make_sign_in_link
from backend.identity.queries import doors, people
from backend.identity.queries.doors import NameOnFile
from backend.identity.rules import normal_login
from backend.identity.schemas import Act, NewTeam, NewTenant, NewUser, Profile, TeamKind, UserRole
from backend.kernel import clock
from backend.kernel.db import Database, Reach, Role, Scope, bare, open_database, transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from backend.kernel.settings import read_settings

OPERATOR = UUID(int=0)
NINE, SIX = 9 * 60, 18 * 60


@click.group()
def tenant() -> None:
    """Make lenders, each walled off from every other."""


@click.group()
def team() -> None:
    """Make teams."""


@click.group()
def user() -> None:
    """Look after people: add, list, password, link, deactivate, activate."""


def run(work: Coroutine[object, object, None]) -> None:
    """Do the work of a command; a refusal becomes its one line of error."""
    try:
        asyncio.run(work)
    except Problem as problem:
        told = ", ".join(f"{key}: {value}" for key, value in problem.data.items())
        raise click.ClickException(f"{problem.kind.says} ({problem.kind.code}{'; ' + told if told else ''})") from None


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """Give the database of a command."""
    database = await open_database(url, role=Role.API, pool_size=2)
    try:
        yield database
    finally:
        await database.close()


def act_of(tenant_id: UUID) -> Act:
    """Return by whom and when: nobody who signs in, now."""
    return Act(tenant_id=tenant_id, actor_id=None, device_id=None, at=clock.now())


def scope_of(tenant_id: UUID) -> Scope:
    """Return for whom the operator acts: all of one lender."""
    return Scope(tenant_id=tenant_id, user_id=OPERATOR, reach=Reach.TENANT, team_ids=())


async def tenant_of(database: Database, code: str) -> UUID:
    """Find a lender by its code, or say how to make it."""
    tenant_id = await doors.tenant_by_code(database.pool, code)
    if tenant_id is None:
        raise click.ClickException(f"there is no tenant {code!r}; make it with: rounds tenant add {code}")
    return tenant_id


async def name_of(database: Database, login: str) -> NameOnFile:
    """Find a person by the sign-in name, or say where the names are."""
    name = await doors.name_on_file(database.pool, normal_login(login))
    if name is None:
        raise click.ClickException(f"nobody signs in as {login!r}; see: rounds user list --tenant CODE")
    return name


async def _teams_named(tx: AsyncConnection, tenant_id: UUID, names: tuple[str, ...]) -> list[UUID]:
    known = {one.name: one.id for one in await people.teams_seen_by(await bare(tx), scope_of(tenant_id))}
    missing = [name for name in names if name not in known]
    if missing:
        raise click.ClickException(f"there is no team {missing[0]!r}; there are: {', '.join(known) or 'none'}")
    return [known[name] for name in names]


def _origin(url: str) -> str:
    return read_settings({**os.environ, "DATABASE_URL": url}).origin


@tenant.command("add")
@click.argument("code")
@click.option("--name", required=True)
@click.option("--zone", default="Asia/Shanghai", show_default=True)
@click.option("--currency", default="CNY", show_default=True)
@click.option("--language", type=click.Choice(["zh-CN", "en"]), default="zh-CN", show_default=True)
def add_tenant(code: str, name: str, zone: str, currency: str, language: Literal["zh-CN", "en"]) -> None:
    """Make a lender known by CODE."""
    with database_url() as url:
        run(_add_tenant(url, NewTenant(code=code, name=name, zone=zone, currency=currency, language=language)))


async def _add_tenant(url: str, new: NewTenant) -> None:
    tenant_id = new_id()
    async with opened(url) as database, transaction(database, scope_of(tenant_id)) as tx:
        await acts.create_tenant(tx, act_of(tenant_id), new)
    click.echo(f"tenant {new.code} made")


@team.command("add")
@click.argument("name")
@click.option("--tenant", "code", required=True)
@click.option("--kind", type=click.Choice([kind.value for kind in TeamKind]), required=True)
def add_team(name: str, code: str, kind: str) -> None:
    """Make a team NAME."""
    with database_url() as url:
        run(_add_team(url, code, NewTeam(name=name, kind=TeamKind(kind))))


async def _add_team(url: str, code: str, new: NewTeam) -> None:
    async with opened(url) as database:
        tenant_id = await tenant_of(database, code)
        async with transaction(database, scope_of(tenant_id)) as tx:
            await acts.create_team(tx, act_of(tenant_id), new)
    click.echo(f"team {new.name} made")


@user.command("add")
@click.argument("login")
@click.option("--tenant", "code", required=True)
@click.option("--name", required=True)
@click.option("--role", type=click.Choice([role.value for role in UserRole]), required=True)
@click.option("--team", "teams", multiple=True, help="Name of a team; may be given again.")
@click.option("--language", type=click.Choice(["zh-CN", "en"]), default="zh-CN", show_default=True)
@click.option("--zone", default="Asia/Shanghai", show_default=True)
def add_user(**options: object) -> None:
    """Add a person who signs in as LOGIN, and print a one-time link."""
    profile = Profile(
        name=str(options["name"]),
        language="en" if options["language"] == "en" else "zh-CN",
        zone=str(options["zone"]),
        shift_start_minute=NINE,
        shift_end_minute=SIX,
        start_point=None,
        end_point=None,
    )
    login, role = normal_login(str(options["login"])), UserRole(str(options["role"]))
    teams = options["teams"] if isinstance(options["teams"], tuple) else ()
    with database_url() as url:
        run(_add_user(url, str(options["code"]), NewUser(login=login, role=role, team_ids=[], profile=profile), teams))


async def _add_user(url: str, code: str, new: NewUser, teams: tuple[str, ...]) -> None:
    async with opened(url) as database:
        tenant_id = await tenant_of(database, code)
        async with transaction(database, scope_of(tenant_id)) as tx:
            team_ids = await _teams_named(tx, tenant_id, teams)
            user_id = await acts.create_user(
                tx,
                act_of(tenant_id),
                NewUser(login=new.login, role=new.role, team_ids=team_ids, profile=new.profile),
                None,
            )
            made = await make_sign_in_link(tx, act_of(tenant_id), user_id)
    click.echo(f"{new.login} ({new.role.value}) added; signs in once, within 24 hours, by")
    click.echo(f"{_origin(url)}/enter#{made.token}")


@user.command("list")
@click.option("--tenant", "code", required=True)
def list_users(code: str) -> None:
    """List the people of a tenant."""
    with database_url() as url:
        run(_list_users(url, code))


async def _list_users(url: str, code: str) -> None:
    async with opened(url) as database:
        tenant_id = await tenant_of(database, code)
        after: UUID | None = None
        while True:
            async with transaction(database, scope_of(tenant_id)) as tx:
                page = await people.users_seen_by(await bare(tx), scope_of(tenant_id), after)
            for one in page:
                click.echo(
                    f"{one.login:30} {one.role.value:12} {'active' if one.is_active else 'inactive':9} {one.name}"
                )
            if not page:
                return
            after = page[-1].id


@user.command("password")
@click.argument("login")
def new_password(login: str) -> None:
    """Give a person a new random password, printed this once; all their sessions end."""
    with database_url() as url:
        run(_new_password(url, login))


async def _new_password(url: str, login: str) -> None:
    password = passwords.random_password()
    password_hash = await passwords.hash_password(password)
    async with opened(url) as database:
        name = await name_of(database, login)
        async with transaction(database, scope_of(name.tenant_id)) as tx:
            await acts.set_password(tx, act_of(name.tenant_id), name.user_id, password_hash, spare=None)
    click.echo(f"new password of {normal_login(login)}: {password}")


@user.command("link")
@click.argument("login")
def new_link(login: str) -> None:
    """Print a link that signs a person in once, within 24 hours."""
    with database_url() as url:
        run(_new_link(url, login))


async def _new_link(url: str, login: str) -> None:
    async with opened(url) as database:
        name = await name_of(database, login)
        async with transaction(database, scope_of(name.tenant_id)) as tx:
            made = await make_sign_in_link(tx, act_of(name.tenant_id), name.user_id)
    click.echo(f"{_origin(url)}/enter#{made.token}")


@user.command()
@click.argument("login")
def deactivate(login: str) -> None:
    """Shut a leaver out at once; what the person did stays."""
    with database_url() as url:
        run(_switch(url, login, is_active=False))


@user.command()
@click.argument("login")
def activate(login: str) -> None:
    """Let a person in again."""
    with database_url() as url:
        run(_switch(url, login, is_active=True))


async def _switch(url: str, login: str, *, is_active: bool) -> None:
    async with opened(url) as database:
        name = await name_of(database, login)
        async with transaction(database, scope_of(name.tenant_id)) as tx:
            change = acts.activate_user if is_active else acts.deactivate_user
            await change(tx, act_of(name.tenant_id), name.user_id)
    click.echo(f"{normal_login(login)} is {'active' if is_active else 'inactive'}")
