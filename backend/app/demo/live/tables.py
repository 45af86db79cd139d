"""How does the switch of the demo lie in the database?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base


class DemoSwitch(Base):
    """Marks a lender as the demo's and says whether its people act by themselves."""

    __tablename__ = "demo_switches"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    is_on: Mapped[bool]
    changed_at: Mapped[datetime]
    changed_by: Mapped[UUID | None]
