"""Who works at the demo's lender? The staff of the made-up world, and one person for each other role."""

from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.app.demo.rows import LANGUAGES, rows_of
from backend.identity.commands import people
from backend.identity.schemas import Act, NewTeam, NewUser, Profile, TeamKind, UserRole
from backend.kernel.db import bare
from backend.kernel.geo import Point
from backend.kernel.ids import new_id
from ml.synthetic.world import World

OTHERS = (UserRole.ADMIN, UserRole.RISK, UserRole.COMPLIANCE, UserRole.FINANCE, UserRole.AUDITOR, UserRole.AGENCY)
OTHER_NAMES = {
    "zh": dict(zip(OTHERS, ("管理员", "风险经理", "合规专员", "财务", "内审", "委外机构"), strict=True)),
    "en": dict(zip(OTHERS, ("Administrator", "Risk", "Compliance", "Finance", "Audit", "Agency"), strict=True)),
}
INSERT_TERRITORY = """
INSERT INTO territories (id, tenant_id, team_id, user_id, name, area)
VALUES ($1, $2, $3, $4, $5, ST_GeogFromText($6))
"""


class Hired(msgspec.Struct, frozen=True):
    """The ids behind the references of the world's staff."""

    users: dict[str, UUID]
    teams: dict[str, UUID]


async def hire(tx: AsyncConnection, act: Act, world: World) -> Hired:
    """Write teams, people and territories; nobody has a password, everybody comes in by a link."""
    language = world.frame.language
    hired = Hired(users={}, teams={})
    desk = await people.create_team(tx, act, NewTeam(name=_desk_name(language.code), kind=TeamKind.DESK))
    for row in rows_of(world.staff_table()):
        ref, role = str(row["team_ref"]), UserRole(str(row["role"]))
        if ref not in hired.teams:
            new = NewTeam(name=str(row["team_name"]), kind=TeamKind.FIELD)
            hired.teams[ref] = await people.create_team(tx, act, new)
        team = desk if role is UserRole.CALLER else hired.teams[ref]
        start = Point(lat=float(str(row["start_lat"])), lon=float(str(row["start_lon"])))
        place = start if role is UserRole.COLLECTOR else None
        user = NewUser(
            login=f"{row['login']}@demo",
            role=role,
            team_ids=[team],
            profile=_profile(world, str(row["name"]), row["shift_begins_h"], row["shift_ends_h"], place),
        )
        hired.users[str(row["ref"])] = await people.create_user(tx, act, user, None)
    for role in OTHERS:
        profile = _profile(world, OTHER_NAMES[language.code][role], 9, 18, None)
        teams = [next(iter(hired.teams.values()))] if role is UserRole.AGENCY else []
        await people.create_user(
            tx, act, NewUser(login=f"{role.value}@demo", role=role, team_ids=teams, profile=profile), None
        )
    await _draw_territories(tx, act.tenant_id, world, hired)
    return hired


def _desk_name(code: str) -> str:
    return "电催组" if code == "zh" else "Telephone desk"


def _profile(world: World, name: str, begins_h: object, ends_h: object, place: Point | None) -> Profile:
    return Profile(
        name=name,
        language="zh-CN" if LANGUAGES[world.frame.language.code] == "zh-CN" else "en",
        zone=world.frame.language.zone,
        shift_start_minute=int(str(begins_h)) * 60,
        shift_end_minute=int(str(ends_h)) * 60,
        start_point=place,
        end_point=place,
    )


async def _draw_territories(tx: AsyncConnection, tenant_id: UUID, world: World, hired: Hired) -> None:
    raw = await bare(tx)
    rows = [
        (
            new_id(),
            tenant_id,
            hired.teams[str(row["team_ref"])],
            hired.users[str(row["user_ref"])],
            str(row["name"]),
            str(row["area"]),
        )
        for row in rows_of(world.territory_table())
    ]
    await raw.executemany(INSERT_TERRITORY, rows)
