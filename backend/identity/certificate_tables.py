"""How do the certificates of staff lie in the database?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base


class StaffCertificate(Base):
    """What somebody may show or must have, valid from a day until (excluded) another; revoked ones stay on file."""

    __tablename__ = "staff_certificates"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    kind: Mapped[str]
    number: Mapped[str]
    issuer: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    revoked_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None]
