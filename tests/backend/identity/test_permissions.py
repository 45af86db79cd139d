"""Is the matrix whole, and does it say what the house promised? The table here is written by hand, once more."""

from backend.identity.permissions import MATRIX, REACH_OF, Permission, may, permissions_of
from backend.identity.schemas import UserRole
from backend.kernel.db import Reach

R = UserRole
# Who may do what hurts most when it is wrong; each line was written from the trade, not from the matrix.
PROMISED: dict[Permission, set[UserRole]] = {
    Permission.VISIT_RECORD: {R.COLLECTOR, R.AGENCY, R.LEAD},
    Permission.SYNC_PUSH: {R.COLLECTOR, R.AGENCY, R.LEAD},
    Permission.CALL_RECORD: {R.COLLECTOR, R.AGENCY, R.LEAD, R.CALLER},
    Permission.CONTACT_REVEAL: {R.COLLECTOR, R.AGENCY, R.LEAD, R.CALLER, R.COMPLIANCE},
    Permission.CASE_ASSIGN: {R.LEAD},
    Permission.PLAN_PUBLISH: {R.LEAD},
    Permission.TEAM_WATCH: {R.LEAD},
    Permission.MONEY_POST: {R.FINANCE},
    Permission.USER_MANAGE: {R.ADMIN},
    Permission.LINK_MAKE: {R.ADMIN, R.LEAD},
    Permission.AUDIT_READ: {R.AUDITOR, R.COMPLIANCE, R.ADMIN},
    Permission.BOOK_IMPORT: {R.ADMIN, R.FINANCE},
}


def test_every_permission_has_its_row_and_somebody_in_it() -> None:
    assert set(MATRIX) == set(Permission)
    assert all(MATRIX.values())


def test_the_rows_that_hurt_most_are_as_promised() -> None:
    """AD-1."""
    assert {permission: set(MATRIX[permission]) for permission in PROMISED} == PROMISED


def test_a_client_may_do_nothing_of_the_staff() -> None:
    assert permissions_of(UserRole.CLIENT) == [Permission.SESSION_OWN, Permission.ACCOUNT_OWN]


def test_an_auditor_changes_nothing() -> None:
    """AD-1: whoever checks the records may not write them."""
    changing = {"edit", "assign", "record", "create", "push", "work", "make", "publish", "decide", "import", "post"}
    verbs = {permission.value.split(".")[1] for permission in permissions_of(UserRole.AUDITOR)}
    assert verbs.isdisjoint(changing | {"manage", "reveal", "control"})


def test_every_role_has_a_reach_and_outsiders_the_narrowest() -> None:
    assert set(REACH_OF) == set(UserRole)
    assert {role for role, reach in REACH_OF.items() if reach is Reach.OWN} == {R.COLLECTOR, R.AGENCY, R.CLIENT}
    assert {role for role, reach in REACH_OF.items() if reach is Reach.TEAM} == {R.CALLER, R.LEAD}


def test_may_and_permissions_of_agree() -> None:
    for role in UserRole:
        assert permissions_of(role) == [permission for permission in Permission if may(role, permission)]
