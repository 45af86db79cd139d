"""How do evidence and its uploads lie in the database?"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, big_int


class Evidence(Base):
    """A photo that a visit named, by its hash; awaited until its bytes are here."""

    __tablename__ = "evidence"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    case_id: Mapped[UUID]
    visit_id: Mapped[UUID]
    user_id: Mapped[UUID]
    device_id: Mapped[UUID | None]
    kind: Mapped[str]
    scope: Mapped[str]
    sha256: Mapped[bytes]
    size_bytes: Mapped[big_int]
    media_type: Mapped[str]
    original_sha256: Mapped[bytes]
    original_size_bytes: Mapped[big_int]
    taken_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default=FetchedValue())
    stored_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Upload(Base):
    """Bytes on their way (tus)."""

    __tablename__ = "uploads"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    user_id: Mapped[UUID]
    sha256: Mapped[bytes]
    media_type: Mapped[str]
    length_bytes: Mapped[big_int]
    offset_bytes: Mapped[big_int] = mapped_column(server_default=FetchedValue())
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    expires_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class StoredFile(Base):
    """Bytes that the store holds, by tenant and hash."""

    __tablename__ = "stored_files"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    sha256: Mapped[bytes] = mapped_column(primary_key=True)
    size_bytes: Mapped[big_int]
    media_type: Mapped[str]
    stored_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
