"""What does an area look like on the wire in which a disaster holds all contacts back?"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.compliance.contact_schemas import Reason
from backend.kernel.geo import Point

CORNERS_MAX = 500


class AreaWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An outline (an open ring of corners, in order) in which nobody is to be contacted, and why."""

    id: UUID
    name: Annotated[str, Meta(min_length=1, max_length=80)]
    area: Annotated[list[Point], Meta(min_length=3, max_length=CORNERS_MAX)]
    reason: Reason


class LiftWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an area stands no longer."""

    reason: Reason


class AreaView(msgspec.Struct, frozen=True):
    """An area: how many cases it froze so far, and how many of them it still holds."""

    id: UUID
    name: str
    area: list[Point]
    reason: str
    raised_at: datetime
    lifted_at: datetime | None
    frozen: int
    held: int


class AreaList(msgspec.Struct, frozen=True):
    """The areas, those that stand first, then the latest."""

    areas: list[AreaView]
