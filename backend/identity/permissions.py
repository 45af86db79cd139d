"""Who may do what? One matrix, as data: for each act the roles that may do it, and for each role how far it sees.

A route names its permission once, in `opt`; the guard in `admission.py` enforces it, and a test walks every route of
the application with every role. How far somebody sees is enforced again in the database, by row-level security.
"""

from enum import StrEnum

from backend.identity.schemas import UserRole
from backend.kernel.db import Reach


class Permission(StrEnum):
    """An act, as noun.verb."""

    SESSION_OWN = "session.own"
    ACCOUNT_OWN = "account.own"
    DEVICE_OWN = "device.own"
    DEVICE_MANAGE = "device.manage"
    DUTY_OWN = "duty.own"
    PUSH_SUBSCRIBE = "push.subscribe"
    MAP_READ = "map.read"
    LIVE_HEAR = "live.hear"
    CASE_READ = "case.read"
    CASE_EDIT = "case.edit"
    CASE_ASSIGN = "case.assign"
    CONTACT_REVEAL = "contact.reveal"
    CONTACT_STOP = "contact.stop"
    EXCEPTION_REVIEW = "exception.review"
    RELEASE_ASK = "release.ask"
    RELEASE_DECIDE = "release.decide"
    AREA_FREEZE = "area.freeze"
    CERTIFICATE_READ = "certificate.read"
    CERTIFICATE_KEEP = "certificate.keep"
    LAW_READ = "law.read"
    CALENDAR_EDIT = "calendar.edit"
    LIMITATION_RECORD = "limitation.record"
    VISIT_RECORD = "visit.record"
    CALL_RECORD = "call.record"
    EVIDENCE_READ = "evidence.read"
    EVIDENCE_HOLD = "evidence.hold"
    EVIDENCE_REVIEW = "evidence.review"
    UPLOAD_CREATE = "upload.create"
    SYNC_PUSH = "sync.push"
    SYNC_PULL = "sync.pull"
    QUEUE_WORK = "queue.work"
    QUALITY_REVIEW = "quality.review"
    QUALITY_CHECK = "quality.check"
    QUALITY_SET = "quality.set"
    QUALITY_OWN = "quality.own"
    PLAN_READ = "plan.read"
    PLAN_MAKE = "plan.make"
    PLAN_PUBLISH = "plan.publish"
    TEAM_WATCH = "team.watch"
    TERRITORY_READ = "territory.read"
    TERRITORY_EDIT = "territory.edit"
    CONFLICT_DECIDE = "conflict.decide"
    QUARANTINE_DECIDE = "quarantine.decide"
    BOOK_IMPORT = "book.import"
    MONEY_READ = "money.read"
    MONEY_POST = "money.post"
    REPORT_READ = "report.read"
    AUDIT_READ = "audit.read"
    USER_READ = "user.read"
    USER_MANAGE = "user.manage"
    LINK_MAKE = "link.make"
    ROBOT_READ = "robot.read"
    ROBOT_RUN = "robot.run"
    ROBOT_PUBLISH = "robot.publish"
    DEMO_CONTROL = "demo.control"


_ALL = frozenset(UserRole)
_STAFF = _ALL - {UserRole.CLIENT}
_FIELD = frozenset({UserRole.COLLECTOR, UserRole.AGENCY, UserRole.LEAD})
_WORK = _FIELD | {UserRole.CALLER}
_CONTROL = frozenset({UserRole.COMPLIANCE, UserRole.AUDITOR})
_LEAD = frozenset({UserRole.LEAD})
_ADMIN = frozenset({UserRole.ADMIN})
_FIGURES = frozenset({UserRole.RISK, UserRole.FINANCE, UserRole.AUDITOR})

MATRIX: dict[Permission, frozenset[UserRole]] = {
    Permission.SESSION_OWN: _ALL,
    Permission.ACCOUNT_OWN: _ALL,
    Permission.DEVICE_OWN: _STAFF,
    Permission.DEVICE_MANAGE: _LEAD | _ADMIN,
    Permission.DUTY_OWN: _FIELD,
    Permission.PUSH_SUBSCRIBE: _STAFF,
    Permission.MAP_READ: _STAFF,
    Permission.LIVE_HEAR: _STAFF,
    Permission.CASE_READ: _STAFF,
    Permission.CASE_EDIT: _WORK,
    Permission.CASE_ASSIGN: _LEAD,
    Permission.CONTACT_REVEAL: _WORK | {UserRole.COMPLIANCE},
    Permission.CONTACT_STOP: _LEAD | {UserRole.COMPLIANCE},
    Permission.EXCEPTION_REVIEW: _LEAD | {UserRole.COMPLIANCE},
    Permission.RELEASE_ASK: _WORK,
    Permission.RELEASE_DECIDE: _LEAD | {UserRole.COMPLIANCE},
    Permission.AREA_FREEZE: frozenset({UserRole.COMPLIANCE}),
    Permission.CERTIFICATE_READ: _LEAD | _ADMIN | _CONTROL,
    Permission.CERTIFICATE_KEEP: _ADMIN | {UserRole.COMPLIANCE},
    Permission.LAW_READ: _LEAD | _CONTROL | _ADMIN | {UserRole.RISK},
    Permission.CALENDAR_EDIT: _ADMIN | {UserRole.COMPLIANCE},
    Permission.LIMITATION_RECORD: _LEAD | {UserRole.COMPLIANCE},
    Permission.VISIT_RECORD: _FIELD,
    Permission.CALL_RECORD: _WORK,
    Permission.EVIDENCE_READ: _WORK | _CONTROL | {UserRole.RISK},
    Permission.EVIDENCE_HOLD: _ADMIN | {UserRole.COMPLIANCE},
    Permission.EVIDENCE_REVIEW: _LEAD | {UserRole.COMPLIANCE},
    Permission.UPLOAD_CREATE: _WORK,
    Permission.SYNC_PUSH: _FIELD,
    Permission.SYNC_PULL: _FIELD,
    Permission.QUEUE_WORK: _LEAD | {UserRole.CALLER},
    Permission.QUALITY_REVIEW: _LEAD | {UserRole.COMPLIANCE},
    # Calling back is a contact of its own: whoever does it is one who may call.
    Permission.QUALITY_CHECK: _LEAD,
    Permission.QUALITY_SET: frozenset({UserRole.COMPLIANCE}),
    Permission.QUALITY_OWN: _WORK | {UserRole.COMPLIANCE},
    Permission.PLAN_READ: _FIELD,
    Permission.PLAN_MAKE: _LEAD,
    Permission.PLAN_PUBLISH: _LEAD,
    # Where colleagues are is personal data of theirs: whoever sends them out sees it, nobody else.
    Permission.TEAM_WATCH: _LEAD,
    Permission.TERRITORY_READ: _LEAD | _ADMIN,
    Permission.TERRITORY_EDIT: _LEAD | _ADMIN,
    Permission.CONFLICT_DECIDE: _LEAD,
    Permission.QUARANTINE_DECIDE: _LEAD,
    Permission.BOOK_IMPORT: _ADMIN | {UserRole.FINANCE},
    Permission.MONEY_READ: _FIGURES | _LEAD,
    Permission.MONEY_POST: frozenset({UserRole.FINANCE}),
    Permission.REPORT_READ: _FIGURES | _LEAD | _ADMIN | {UserRole.COMPLIANCE},
    Permission.AUDIT_READ: _CONTROL | _ADMIN,
    Permission.USER_READ: _LEAD | _ADMIN | _CONTROL,
    Permission.USER_MANAGE: _ADMIN,
    # A lead lets people of the own team in again at once (the rule in rules.py says whom); nobody stays outside.
    Permission.LINK_MAKE: _LEAD | _ADMIN,
    Permission.ROBOT_READ: _LEAD | _ADMIN | _CONTROL | {UserRole.RISK},
    Permission.ROBOT_RUN: _LEAD | _ADMIN,
    # What a machine says to people is a matter of the law: whoever runs it does not write it.
    Permission.ROBOT_PUBLISH: _ADMIN | {UserRole.COMPLIANCE},
    Permission.DEMO_CONTROL: _LEAD | _ADMIN,
}

WHILE_LOCKED = frozenset(
    {
        Permission.SESSION_OWN,
        Permission.DEVICE_OWN,
        Permission.SYNC_PUSH,
        Permission.UPLOAD_CREATE,
        Permission.MAP_READ,
        Permission.LIVE_HEAR,
    }
)
"""What the session of a locked phone may do: send what waits, open the lock, leave. Nothing here tells of a client.

The map is streets, and the stream carries kinds of news, never the news.
"""

REACH_OF: dict[UserRole, Reach] = {
    UserRole.COLLECTOR: Reach.OWN,
    UserRole.AGENCY: Reach.OWN,
    UserRole.CALLER: Reach.TEAM,
    UserRole.LEAD: Reach.TEAM,
    UserRole.RISK: Reach.TENANT,
    UserRole.COMPLIANCE: Reach.TENANT,
    UserRole.FINANCE: Reach.TENANT,
    UserRole.AUDITOR: Reach.TENANT,
    UserRole.ADMIN: Reach.TENANT,
    # A client is never an assignee: the narrowest reach shows nothing of the book.
    UserRole.CLIENT: Reach.OWN,
}


def may(role: UserRole, permission: Permission) -> bool:
    """Tell whether the role has the permission."""
    return role in MATRIX[permission]


def permissions_of(role: UserRole) -> list[Permission]:
    """Return what the role may do, in the order of the matrix: the screens show nothing else."""
    return [permission for permission, roles in MATRIX.items() if role in roles]
