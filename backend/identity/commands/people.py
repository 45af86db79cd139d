"""What can be done to tenants, teams and people? Make them, change role, teams and password, let them in and out."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from backend.identity import problems, rules
from backend.identity.events import event
from backend.identity.queries import doors, people
from backend.identity.queries.people import PersonOnFile
from backend.identity.schemas import Act, NewTeam, NewTenant, NewUser, Profile, UserRole
from backend.journal.commands import append
from backend.kernel.db import bare
from backend.kernel.ids import new_id
from backend.kernel.problems import NOT_FOUND, Problem


async def create_tenant(tx: AsyncConnection, act: Act, new: NewTenant) -> UUID:
    """Write a tenant under the id of the act, for which the transaction must already act; raises TENANT_CODE_TAKEN."""
    if not rules.is_zone(new.zone):
        raise Problem(problems.UNKNOWN_ZONE)
    raw = await bare(tx)
    row = (new.code, new.name, new.zone, new.currency, new.language)
    if not await doors.insert_tenant(raw, act.tenant_id, row):
        raise Problem(problems.TENANT_CODE_TAKEN)
    await append(tx, [event(act, "tenant.created", act.tenant_id, code=new.code)])
    return act.tenant_id


async def create_team(tx: AsyncConnection, act: Act, new: NewTeam) -> UUID:
    """Write a team; raises TEAM_NAME_TAKEN."""
    team_id = new_id()
    if not await people.insert_team(await bare(tx), act.tenant_id, team_id, new):
        raise Problem(problems.TEAM_NAME_TAKEN)
    await append(tx, [event(act, "team.created", team_id, name=new.name, works=new.kind.value)])
    return team_id


async def create_user(tx: AsyncConnection, act: Act, new: NewUser, password_hash: str | None) -> UUID:
    """Write a person, who may sign in at once (by password, or by a link made next); raises LOGIN_TAKEN and others."""
    raw, user_id = await bare(tx), new_id()
    refusal = rules.login_refusal(new.login) or rules.profile_refusal(new.profile)
    if refusal:
        raise Problem(refusal)
    await _refuse_unknown_teams(tx, new.team_ids)
    if not await doors.insert_name(raw, new.login, act.tenant_id, user_id):
        raise Problem(problems.LOGIN_TAKEN)
    await people.insert_user(raw, act.tenant_id, user_id, new, password_hash)
    await people.replace_teams(raw, act.tenant_id, user_id, new.team_ids)
    teams = [str(team) for team in new.team_ids]
    await append(tx, [event(act, "user.created", user_id, login=new.login, role=new.role.value, team_ids=teams)])
    return user_id


async def change_profile(tx: AsyncConnection, act: Act, user_id: UUID, profile: Profile) -> None:
    """Change name, language, zone, shift and start; sessions go on, for none of it decides what somebody may do."""
    await _person(tx, user_id)
    refusal = rules.profile_refusal(profile)
    if refusal:
        raise Problem(refusal)
    await people.update_profile(await bare(tx), user_id, profile)
    await append(tx, [event(act, "user.changed", user_id)])


async def choose_language(tx: AsyncConnection, act: Act, user_id: UUID, language: str) -> None:
    """Change in which language the server speaks to somebody."""
    await people.update_language(await bare(tx), user_id, language)
    await append(tx, [event(act, "user.changed", user_id, language=language)])


async def set_password(
    tx: AsyncConnection, act: Act, user_id: UUID, password_hash: str, *, spare: bytes | None
) -> None:
    """Change a password and end the person's sessions and links; `spare` is the session that asks for it, if any."""
    await _person(tx, user_id)
    raw = await bare(tx)
    await people.update_password(raw, user_id, password_hash)
    await doors.delete_sessions_of_user(raw, act.tenant_id, user_id, spare=spare)
    await doors.delete_links_of_user(raw, act.tenant_id, user_id)
    await append(tx, [event(act, "user.password_changed", user_id)])


async def set_role(tx: AsyncConnection, act: Act, user_id: UUID, role: UserRole) -> None:
    """Change a role and end the person's sessions; raises LAST_ADMIN when nobody could administer any more."""
    raw = await bare(tx)
    await _refuse_last_admin(tx, user_id, stays=role is UserRole.ADMIN)
    person = await _person(tx, user_id)
    if person.role is role:
        return
    await people.update_role(raw, user_id, role)
    await doors.delete_sessions_of_user(raw, act.tenant_id, user_id)
    await append(tx, [event(act, "user.role_changed", user_id, before=person.role.value, after=role.value)])


async def put_in_teams(tx: AsyncConnection, act: Act, user_id: UUID, team_ids: Sequence[UUID]) -> None:
    """Put somebody into exactly these teams and end the sessions, which carry the old ones."""
    raw = await bare(tx)
    person = await _person(tx, user_id)
    await _refuse_unknown_teams(tx, team_ids)
    if set(person.team_ids) == set(team_ids):
        return
    await people.replace_teams(raw, act.tenant_id, user_id, team_ids)
    await doors.delete_sessions_of_user(raw, act.tenant_id, user_id)
    before, after = [str(team) for team in person.team_ids], [str(team) for team in team_ids]
    await append(tx, [event(act, "user.teams_changed", user_id, before=before, after=after)])


async def deactivate_user(tx: AsyncConnection, act: Act, user_id: UUID) -> None:
    """Shut a leaver out at once: sessions and links end; what the person did stays. Raises LAST_ADMIN."""
    raw = await bare(tx)
    await _refuse_last_admin(tx, user_id, stays=False)
    person = await _person(tx, user_id)
    if not person.is_active:
        return
    await people.update_active(raw, user_id, is_active=False)
    await doors.delete_sessions_of_user(raw, act.tenant_id, user_id)
    await doors.delete_links_of_user(raw, act.tenant_id, user_id)
    await append(tx, [event(act, "user.deactivated", user_id)])


async def activate_user(tx: AsyncConnection, act: Act, user_id: UUID) -> None:
    """Let somebody in again."""
    person = await _person(tx, user_id)
    if person.is_active:
        return
    await people.update_active(await bare(tx), user_id, is_active=True)
    await append(tx, [event(act, "user.activated", user_id)])


async def _person(tx: AsyncConnection, user_id: UUID) -> PersonOnFile:
    person = await people.person_on_file(await bare(tx), user_id, lock=True)
    if person is None:
        raise Problem(NOT_FOUND)
    return person


async def _refuse_last_admin(tx: AsyncConnection, user_id: UUID, *, stays: bool) -> None:
    if not stays and await people.lock_admins(await bare(tx)) == [user_id]:
        raise Problem(problems.LAST_ADMIN)


async def _refuse_unknown_teams(tx: AsyncConnection, team_ids: Sequence[UUID]) -> None:
    unknown = set(team_ids) - await people.known_teams(await bare(tx), team_ids)
    if unknown:
        raise Problem(problems.UNKNOWN_TEAM, team_ids=sorted(str(team) for team in unknown))
