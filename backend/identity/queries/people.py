"""Which people and teams are there? All statements run inside a transaction of one tenant."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from backend.identity.principal import Principal
from backend.identity.schemas import NewTeam, NewUser, Profile, TeamKind, TeamView, UserRole, UserView, WhoAmI
from backend.kernel.db import Reach, Scope
from backend.kernel.geo import to_ewkt
from backend.kernel.limits import PAGE_SIZE_MAX


class PersonOnFile(NamedTuple):
    """What the commands need to know of somebody."""

    id: UUID
    login: str
    role: UserRole
    is_active: bool
    password_hash: str | None
    team_ids: tuple[UUID, ...]


_PERSON = """
SELECT id, login, role, is_active, password_hash,
       ARRAY(SELECT team_id FROM team_members WHERE user_id = users.id ORDER BY team_id) AS team_ids
FROM users WHERE id = $1
"""
_USER = """
SELECT id, login, name, role, language, zone, shift_start_minute, shift_end_minute, is_active,
       ARRAY(SELECT team_id FROM team_members WHERE user_id = users.id ORDER BY team_id) AS team_ids
FROM users WHERE id = $1
"""
_USERS = """
SELECT id, login, name, role, language, zone, shift_start_minute, shift_end_minute, is_active,
       ARRAY(SELECT team_id FROM team_members WHERE user_id = users.id ORDER BY team_id) AS team_ids
FROM users
WHERE ($1::uuid IS NULL OR id > $1) AND ($2 OR id IN (SELECT user_id FROM team_members WHERE team_id = ANY ($3)))
ORDER BY id LIMIT $4
"""


async def person_on_file(raw: asyncpg.Connection, user_id: UUID, *, lock: bool = False) -> PersonOnFile | None:
    """Return somebody of the present tenant; with `lock` nobody else changes them until the transaction ends."""
    row = await raw.fetchrow(_PERSON + ("FOR UPDATE OF users" if lock else ""), user_id)
    if row is None:
        return None
    return PersonOnFile(
        row["id"], row["login"], UserRole(row["role"]), row["is_active"], row["password_hash"], tuple(row["team_ids"])
    )


async def lock_admins(raw: asyncpg.Connection) -> list[UUID]:
    """Return the active administrators, held: two of them cannot dismiss each other at once."""
    rows = await raw.fetch("SELECT id FROM users WHERE role = 'admin' AND is_active ORDER BY id FOR UPDATE")
    return [row["id"] for row in rows]


async def insert_user(
    raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, new: NewUser, password_hash: str | None
) -> None:
    """Write a person."""
    profile = new.profile
    await raw.execute(
        "INSERT INTO users (id, tenant_id, login, name, role, language, zone, password_hash, shift_start_minute,"
        " shift_end_minute, start_point, end_point)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::geography, $12::text::geography)",
        user_id,
        tenant_id,
        new.login,
        profile.name,
        new.role.value,
        profile.language,
        profile.zone,
        password_hash,
        profile.shift_start_minute,
        profile.shift_end_minute,
        to_ewkt(profile.start_point) if profile.start_point else None,
        to_ewkt(profile.end_point) if profile.end_point else None,
    )


async def update_profile(raw: asyncpg.Connection, user_id: UUID, profile: Profile) -> None:
    """Change what a person is called, speaks and works."""
    await raw.execute(
        "UPDATE users SET name = $2, language = $3, zone = $4, shift_start_minute = $5, shift_end_minute = $6,"
        " start_point = $7::text::geography, end_point = $8::text::geography WHERE id = $1",
        user_id,
        profile.name,
        profile.language,
        profile.zone,
        profile.shift_start_minute,
        profile.shift_end_minute,
        to_ewkt(profile.start_point) if profile.start_point else None,
        to_ewkt(profile.end_point) if profile.end_point else None,
    )


async def update_language(raw: asyncpg.Connection, user_id: UUID, language: str) -> None:
    """Change a person's language."""
    await raw.execute("UPDATE users SET language = $2 WHERE id = $1", user_id, language)


async def update_password(raw: asyncpg.Connection, user_id: UUID, password_hash: str) -> None:
    """Change a person's password."""
    await raw.execute("UPDATE users SET password_hash = $2 WHERE id = $1", user_id, password_hash)


async def update_role(raw: asyncpg.Connection, user_id: UUID, role: UserRole) -> None:
    """Change a person's role."""
    await raw.execute("UPDATE users SET role = $2 WHERE id = $1", user_id, role.value)


async def update_active(raw: asyncpg.Connection, user_id: UUID, *, is_active: bool) -> None:
    """Let a person in or out."""
    await raw.execute("UPDATE users SET is_active = $2 WHERE id = $1", user_id, is_active)


async def replace_teams(raw: asyncpg.Connection, tenant_id: UUID, user_id: UUID, team_ids: Sequence[UUID]) -> None:
    """Put a person into exactly these teams."""
    await raw.execute("DELETE FROM team_members WHERE user_id = $1 AND NOT team_id = ANY ($2)", user_id, team_ids)
    await raw.execute(
        "INSERT INTO team_members (tenant_id, team_id, user_id) SELECT $1, team_id, $2 FROM unnest($3::uuid[]) team_id"
        " ON CONFLICT DO NOTHING",
        tenant_id,
        user_id,
        team_ids,
    )


async def known_teams(raw: asyncpg.Connection, team_ids: Sequence[UUID]) -> set[UUID]:
    """Return which of these teams the present tenant has."""
    rows = await raw.fetch("SELECT id FROM teams WHERE id = ANY ($1)", team_ids)
    return {row["id"] for row in rows}


async def insert_team(raw: asyncpg.Connection, tenant_id: UUID, team_id: UUID, new: NewTeam) -> bool:
    """Write a team; False when the name is taken."""
    row = await raw.fetchrow(
        "INSERT INTO teams (id, tenant_id, name, kind) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING id",
        team_id,
        tenant_id,
        new.name,
        new.kind.value,
    )
    return row is not None


def _team(row: asyncpg.Record) -> TeamView:
    return TeamView(id=row["id"], name=row["name"], kind=TeamKind(row["kind"]))


async def teams_seen_by(raw: asyncpg.Connection, scope: Scope) -> list[TeamView]:
    """Return the teams of the tenant, or only the asker's own when the reach is narrower."""
    rows = await raw.fetch(
        "SELECT id, name, kind FROM teams WHERE $1 OR id = ANY ($2) ORDER BY name",
        scope.reach is Reach.TENANT,
        list(scope.team_ids),
    )
    return [_team(row) for row in rows]


async def users_seen_by(raw: asyncpg.Connection, scope: Scope, after: UUID | None) -> list[UserView]:
    """Return a page of the tenant's people, or of those who share a team with the asker, by id."""
    rows = await raw.fetch(
        _USERS,
        after,
        scope.reach is Reach.TENANT,
        list(scope.team_ids),
        PAGE_SIZE_MAX,
    )
    return [_user(row) for row in rows]


async def user_of(raw: asyncpg.Connection, user_id: UUID) -> UserView | None:
    """Return one person."""
    row = await raw.fetchrow(_USER, user_id)
    return None if row is None else _user(row)


def _user(row: asyncpg.Record) -> UserView:
    return UserView(
        id=row["id"],
        login=row["login"],
        name=row["name"],
        role=UserRole(row["role"]),
        language=row["language"],
        zone=row["zone"],
        shift_start_minute=row["shift_start_minute"],
        shift_end_minute=row["shift_end_minute"],
        is_active=row["is_active"],
        team_ids=list(row["team_ids"]),
    )


async def who_am_i(raw: asyncpg.Connection, who: Principal) -> WhoAmI | None:
    """Return what the screens need to know of the person who asks."""
    row = await raw.fetchrow(
        "SELECT users.login, users.name, users.language, users.zone, shift_start_minute, shift_end_minute,"
        " tenants.code, tenants.name AS tenant_name, tenants.currency, tenants.has_watermark"
        " FROM users JOIN tenants ON tenants.id = users.tenant_id WHERE users.id = $1",
        who.user_id,
    )
    if row is None:
        return None
    teams = await raw.fetch("SELECT id, name, kind FROM teams WHERE id = ANY ($1) ORDER BY name", list(who.team_ids))
    return WhoAmI(
        user_id=who.user_id,
        login=row["login"],
        name=row["name"],
        role=who.role,
        permissions=[permission.value for permission in who.permissions],
        reach=who.reach.value,
        language=row["language"],
        zone=row["zone"],
        tenant_id=who.tenant_id,
        tenant_code=row["code"],
        tenant_name=row["tenant_name"],
        currency=row["currency"],
        teams=[_team(team) for team in teams],
        device_id=who.device_id,
        shift_start_minute=row["shift_start_minute"],
        shift_end_minute=row["shift_end_minute"],
        expires_at=who.expires_at,
        owes_code=who.owes_code,
        enrol_by=who.enrol_by,
        has_watermark=row["has_watermark"],
    )
