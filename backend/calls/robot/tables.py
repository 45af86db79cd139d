"""How do flows and campaigns of robot calls lie in the database?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base


class RobotFlow(Base):
    """One version of what a robot says and asks; the row never changes."""

    __tablename__ = "robot_flows"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[dict[str, object]] = mapped_column(JSONB)
    published_by: Mapped[UUID | None]
    published_at: Mapped[datetime]


class RobotCampaign(Base):
    """Cases that a robot calls by one version of a flow, within minutes of the client's day."""

    __tablename__ = "robot_campaigns"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    flow_code: Mapped[str]
    flow_version: Mapped[int]
    held_out_permille: Mapped[int]
    seed: Mapped[str]
    from_minute: Mapped[int]
    until_minute: Mapped[int]
    at_once: Mapped[int]
    a_minute: Mapped[int]
    tries_max: Mapped[int]
    paid_days: Mapped[int]
    state: Mapped[str]
    robot_id: Mapped[UUID]
    started_by: Mapped[UUID | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RobotTarget(Base):
    """One case of a campaign: to be called, or held out."""

    __tablename__ = "robot_targets"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    campaign_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    is_held_out: Mapped[bool]
    state: Mapped[str]
    tries: Mapped[int] = mapped_column(server_default=FetchedValue())
    next_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(server_default=FetchedValue())
    result: Mapped[str | None]
    line_call_id: Mapped[UUID | None]
