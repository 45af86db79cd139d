"""Who is asking? What a session says about it, without a further question to the database."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.identity.permissions import Permission, permissions_of
from backend.identity.schemas import Act, UserRole
from backend.kernel.db import Reach, Scope


class Principal(msgspec.Struct, frozen=True):
    """A signed-in person. `token_hash` names the session; `device_id` is null for a browser that did not register.

    `is_locked` says that the device has a lock and that this request did not show what its PIN or passkey opened.
    `may_leave` is null but for a device out of service, which may bring the files of these hashes and do nothing else.
    With `owes_code` the second step was not shown yet; from `enrol_by` on (UTC) a second factor must be set up first.
    """

    user_id: UUID
    tenant_id: UUID
    role: UserRole
    reach: Reach
    team_ids: tuple[UUID, ...]
    device_id: UUID | None
    token_hash: bytes
    expires_at: datetime
    is_locked: bool = False
    may_leave: tuple[bytes, ...] | None = None
    owes_code: bool = False
    enrol_by: datetime | None = None

    @property
    def permissions(self) -> list[Permission]:
        """What this person may do."""
        return permissions_of(self.role)

    def scope(self) -> Scope:
        """Return for whom a transaction of this person acts."""
        return Scope(tenant_id=self.tenant_id, user_id=self.user_id, reach=self.reach, team_ids=self.team_ids)

    def act(self, now: datetime) -> Act:
        """Return by whom and when, for the journal."""
        return Act(tenant_id=self.tenant_id, actor_id=self.user_id, device_id=self.device_id, at=now)
