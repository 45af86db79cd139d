"""How do areas lie in the database in which a disaster holds all contacts back?"""

from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geography, WKBElement
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base


class DisasterArea(Base):
    """An outline, who raised it and who lifted it; what it froze are rows of `contact_stops` with its id as source."""

    __tablename__ = "disaster_areas"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    area: Mapped[WKBElement] = mapped_column(Geography("POLYGON", 4326, spatial_index=False))
    reason: Mapped[str]
    raised_by: Mapped[UUID]
    raised_at: Mapped[datetime]
    lifted_by: Mapped[UUID | None]
    lifted_at: Mapped[datetime | None]
    lift_reason: Mapped[str | None]
