"""How is a case valued and placed, and who may put a fact on it? Pure functions of values and `now`."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.cases.desk_schemas import CORNERS_MAX, LOAD_MAX, AssignLine, CaseToMove, Load, Move, Person, Warned
from backend.cases.problems import CLOSED, NOT_YOURS, REASSIGNED
from backend.cases.schemas import (
    CaseOnFile,
    CaseState,
    DoorCandidate,
    Edit,
    Fact,
    FactEdit,
    FactOnFile,
    Holding,
    Owed,
    Worker,
)
from backend.kernel.geo import Point
from backend.kernel.problems import Problem

BUCKET_DAYS = 30
BUCKET_LAST = 7
"""M1 is 1 to 30 days late, M2 31 to 60 ...; from M7 on (181 days) buckets are not told apart."""

_DOOR_ORDER = {"home": 0, "registered": 1, "work": 2, "other": 3, "collateral": 4}


def bucket_of(days_past_due: int) -> str:
    """Return "M0" when nothing is late, else M1 (1-30 days) to M7 (181 and more)."""
    if days_past_due < 0:
        raise ValueError("days past due cannot be negative")
    if days_past_due == 0:
        return "M0"
    number = (days_past_due - 1) // BUCKET_DAYS + 1
    return f"M{min(number, BUCKET_LAST)}"


def score_of(owed: Owed) -> float:
    """Return days past due x overdue (minor units): the rule until a model has earned its place."""
    return float(owed.days_past_due * owed.overdue_minor)


def reasons_of(owed: Owed) -> list[str]:
    """Return the codes that say why a case stands where it stands, the weightiest first."""
    reasons = ["days_past_due_x_overdue"]
    if owed.days_past_due > BUCKET_DAYS * 3:
        reasons.append("over_90_days")
    if owed.account_count > 1:
        reasons.append("several_accounts")
    return reasons


def state_after_refresh(state: CaseState | None, owed: Owed) -> CaseState:
    """Return the state once the book was read: what owes nothing overdue is cured, a new case is new."""
    if owed.overdue_minor == 0 and owed.days_past_due == 0:
        return CaseState.CURED
    return CaseState.NEW if state is None else state


def door_of(candidates: Sequence[DoorCandidate]) -> DoorCandidate | None:
    """Return the address to visit first: of the obligor, usable, with a place if any has one, home before work."""
    usable = [one for one in candidates if one.is_own and one.is_usable]
    if not usable:
        return None
    return min(usable, key=lambda one: (one.place is None, _DOOR_ORDER.get(one.kind, 9), one.id))


def why_not_work(case: CaseOnFile | None, worker: Worker, at: datetime) -> Problem | None:
    """Tell why `worker` may not put a fact of the moment `at` on the case; None when nothing stands against it.

    A collector may while the case was his: a visit made before it was taken away stands, however late it arrives.
    A caller or lead may for cases of the own teams.
    """
    if case is None:
        return Problem(NOT_YOURS)
    if case.closed_at is not None and case.closed_at < at:
        return Problem(CLOSED, at=case.closed_at.isoformat())
    if worker.sees_tenant or any(team in worker.team_ids for team in case.team_ids):
        return None
    if any(_held(holding, worker.user_id, at) for holding in case.holdings):
        return None
    mine = [
        holding for holding in case.holdings if holding.user_id == worker.user_id and holding.released_at is not None
    ]
    if not mine:
        return Problem(NOT_YOURS)
    last = max(mine, key=lambda holding: holding.released_at or at)
    successor = next((one for one in case.holdings if one.released_at is None), None)
    return Problem(
        REASSIGNED,
        at=last.released_at.isoformat() if last.released_at else "",
        to=successor.user_name if successor else "",
    )


def _held(holding: Holding, user_id: UUID, at: datetime) -> bool:
    ended = holding.released_at is not None and holding.released_at < at
    return holding.user_id == user_id and holding.assigned_at <= at and not ended


UNDO_WITHIN = timedelta(seconds=5)


def is_in_time_to_withdraw(recorded_at: datetime, withdrawn_at: datetime) -> bool:
    """Tell whether a record may still be taken back: at most 5 s after it was saved, by the same clock."""
    return recorded_at <= withdrawn_at <= recorded_at + UNDO_WITHIN


def heads_of(edits: Collection[Edit]) -> list[Edit]:
    """Return the edits that stand, newest first: those that no other edit of the same fact names as seen.

    The law of merging for facts that people edit: what stands depends on the set of edits alone, never on the order in
    which they came. Edits that name each other in a circle, which no honest phone writes, supersede nothing and stand.
    """
    by_id = {edit.id: edit for edit in edits}
    named = {base for edit in by_id.values() for base in edit.base_ids}
    heads = [edit for edit in by_id.values() if edit.id not in named]
    seen: set[UUID] = set()
    waiting = [edit.id for edit in heads]
    while waiting:
        one = waiting.pop()
        if one in by_id and one not in seen:
            seen.add(one)
            waiting += by_id[one].base_ids
    circles = [edit for edit in by_id.values() if edit.id not in seen]
    return sorted([*heads, *circles], key=lambda edit: (edit.at, edit.id), reverse=True)


def shown_of(heads: Sequence[Edit]) -> Edit:
    """Return the edit that is shown of those that stand: the latest, by the id when two are of one moment."""
    return max(heads, key=lambda edit: (edit.at, edit.id))


def others_of(heads: Sequence[Edit]) -> list[Edit]:
    """Return the latest edit of each value that stands and is not shown, newest first; none: all agree."""
    latest: dict[str, Edit] = {}
    for edit in sorted(heads, key=lambda edit: (edit.at, edit.id), reverse=True):
        latest.setdefault(edit.value, edit)
    return [edit for value, edit in latest.items() if value != shown_of(heads).value]


def fact_of(on_file: FactOnFile) -> Fact:
    """Return the fact as it stands; there must be an edit."""
    heads = heads_of(on_file.edits)
    return Fact(version=on_file.version, shown=shown_of(heads), heads=heads, others=others_of(heads))


def with_edit(on_file: FactOnFile | None, edit: Edit) -> FactOnFile:
    """Return what is on file of a fact once the edit is kept; an edit that is kept already changes nothing."""
    if on_file is None:
        return FactOnFile(version=1, edits=[edit])
    if any(kept.id == edit.id for kept in on_file.edits):
        return on_file
    return FactOnFile(version=on_file.version + 1, edits=[*on_file.edits, edit])


def bases_of(edit: FactEdit, on_file: FactOnFile | None) -> list[UUID]:
    """Return the edits that the author saw standing: those named, and by the version where ids were not known."""
    if on_file is None or edit.base_version != on_file.version:
        return edit.base_ids
    return [*edit.base_ids, *(head.id for head in heads_of(on_file.edits) if head.id not in edit.base_ids)]


def crosses(edit: Edit, fact: Fact) -> bool:
    """Tell whether an edit stands beside another value, so that somebody has to decide."""
    return any(head.id == edit.id for head in fact.heads) and any(head.value != edit.value for head in fact.heads)


ASSIGNABLE_ROLES = frozenset({"collector", "agency", "caller", "lead"})


def may_get_cases(person: Person | None) -> bool:
    """Tell whether somebody can take cases: active, of a working role, in a team that the asker sees."""
    if person is None or not person.is_active or person.role not in ASSIGNABLE_ROLES:
        return False
    return bool(person.field_team_ids or person.desk_team_ids)


def move_of(case: CaseToMove, person: Person | None) -> Move:
    """Return where the case stands once the person (or nobody) has it.

    It stays in its teams when the person belongs to one of them; else it moves to the person's field team, or desk.
    """
    team_id, desk_team_id = case.team_id, case.desk_team_id
    if person is not None and not _shares_team(case, person):
        if person.field_team_ids:
            team_id = person.field_team_ids[0]
        else:
            desk_team_id = person.desk_team_ids[0]
    return Move(case=case, user_id=person.id if person else None, team_id=team_id, desk_team_id=desk_team_id)


def _shares_team(case: CaseToMove, person: Person) -> bool:
    return case.team_id in person.field_team_ids or case.desk_team_id in person.desk_team_ids


def line_of(move: Move, now: datetime) -> AssignLine:
    """Return what the lead is shown of one move, with what stands against it; nothing of it forbids the move."""
    case = move.case
    is_change = case.assignee_id != move.user_id
    return AssignLine(
        case_id=case.id,
        number=case.number,
        name=case.name,
        from_user_id=case.assignee_id,
        from_user_name=case.assignee_name,
        to_user_id=move.user_id,
        team_id=move.team_id,
        desk_team_id=move.desk_team_id,
        is_change=is_change,
        warnings=_warnings(move, now) if is_change and move.user_id is not None else [],
    )


def _warnings(move: Move, now: datetime) -> list[Warned]:
    case = move.case
    is_other_user = case.territory_user_id is not None and case.territory_user_id != move.user_id
    is_other_team = case.territory_team_id is not None and case.territory_team_id != move.team_id
    checks = (
        (is_other_user or is_other_team, Warned.OTHER_TERRITORY),
        (_is_today(case.last_attempt_at, now, case.zone), Warned.DONE_TODAY),
        (not case.has_door, Warned.NO_DOOR),
        (move.team_id != case.team_id or move.desk_team_id != case.desk_team_id, Warned.LEAVES_TEAM),
    )
    return [warning for applies, warning in checks if applies]


def _is_today(at: datetime | None, now: datetime, zone: str) -> bool:
    local = ZoneInfo(zone)
    return at is not None and at.astimezone(local).date() == now.astimezone(local).date()


def loads_after(moves: Sequence[Move], people: Sequence[Person]) -> list[Load]:
    """Return the load of everybody who gets or loses a case by the moves, by name."""
    changed = [move for move in moves if move.case.assignee_id != move.user_id]
    loads = []
    for person in people:
        gained = sum(move.user_id == person.id for move in changed)
        lost = sum(move.case.assignee_id == person.id for move in changed)
        after = person.load + gained - lost
        loads.append(
            Load(
                user_id=person.id,
                user_name=person.name,
                before=person.load,
                after=after,
                is_over=gained > 0 and after > LOAD_MAX,
            )
        )
    return sorted(loads, key=lambda load: (load.user_name, load.user_id))


TERRITORY_SPAN_MAX_DEG = 5.0
"""Some 500 km: a territory is ground that one team works."""


def ring_of(corners: Sequence[Point]) -> list[Point] | None:
    """Return the outline as an open ring without doubled corners, or None when it is not one simple polygon.

    Simple: at least 3 and at most 500 corners, some area, no two sides that meet except neighbours at their corner.
    """
    ring = [point for point, before in zip(corners, [None, *corners], strict=False) if point != before]
    if len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    if not 3 <= len(ring) <= CORNERS_MAX or len(set(ring)) != len(ring):  # noqa: PLR2004 - a triangle
        return None
    lats, lons = [point.lat for point in ring], [point.lon for point in ring]
    if max(max(lats) - min(lats), max(lons) - min(lons)) > TERRITORY_SPAN_MAX_DEG:
        return None
    sides = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    crossed = any(
        _sides_meet(sides[one], sides[other])
        for one in range(len(sides))
        for other in range(one + 2, len(sides) - (one == 0))
    )
    return None if crossed or _twice_area(ring) == 0 else ring


Side = tuple[Point, Point]


def _turn(one: Point, two: Point, three: Point) -> float:
    return (two.lon - one.lon) * (three.lat - one.lat) - (two.lat - one.lat) * (three.lon - one.lon)


def _sides_meet(one: Side, other: Side) -> bool:
    """Tell whether two sides that are not neighbours touch or cross."""
    a, b = _turn(*one, other[0]), _turn(*one, other[1])
    c, d = _turn(*other, one[0]), _turn(*other, one[1])
    if (a > 0) != (b > 0) and (c > 0) != (d > 0) and 0 not in (a, b, c, d):
        return True
    touching = ((a, one, other[0]), (b, one, other[1]), (c, other, one[0]), (d, other, one[1]))
    return any(turn == 0 and _is_between(side, point) for turn, side, point in touching)


def _is_between(side: Side, point: Point) -> bool:
    (one, two) = side
    return min(one.lat, two.lat) <= point.lat <= max(one.lat, two.lat) and (
        min(one.lon, two.lon) <= point.lon <= max(one.lon, two.lon)
    )


def _twice_area(ring: Sequence[Point]) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(one.lon * two.lat - two.lon * one.lat for one, two in pairs)


def masked(value: str) -> str:
    """Return a number or address with its middle hidden: enough to tell two apart, too little to use."""
    keep = 2 if len(value) < 8 else 4  # noqa: PLR2004 - a short number shows less
    return f"{value[:keep]}{'*' * max(4, len(value) - 2 * keep)}{value[-keep:]}" if len(value) > 2 * keep else "****"
