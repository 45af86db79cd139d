"""How do mappings, import runs and refused rows lie in the database?"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.kernel.db import Base, big_int


class ImportMapping(Base):
    """One version of a named mapping; the newest is used."""

    __tablename__ = "import_mappings"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    name: Mapped[str]
    version: Mapped[int]
    body: Mapped[dict[str, object]]
    saved_by: Mapped[UUID | None]
    saved_at: Mapped[datetime]


class ImportRun(Base):
    """One file on its way into the book."""

    __tablename__ = "import_runs"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    file_name: Mapped[str]
    spool_name: Mapped[str]
    byte_count: Mapped[big_int]
    sha256: Mapped[str]
    state: Mapped[str]
    mapping_name: Mapped[str | None]
    mapping_version: Mapped[int | None]
    mapping: Mapped[dict[str, object] | None]
    as_of: Mapped[date | None]
    is_dry_run: Mapped[bool] = mapped_column(server_default=FetchedValue())
    rows_total: Mapped[big_int | None]
    rows_read: Mapped[big_int] = mapped_column(server_default=FetchedValue())
    rows_added: Mapped[big_int] = mapped_column(server_default=FetchedValue())
    rows_updated: Mapped[big_int] = mapped_column(server_default=FetchedValue())
    rows_unchanged: Mapped[big_int] = mapped_column(server_default=FetchedValue())
    rows_skipped: Mapped[big_int] = mapped_column(server_default=FetchedValue())
    rows_refused: Mapped[big_int] = mapped_column(server_default=FetchedValue())
    counts: Mapped[dict[str, object]] = mapped_column(server_default=FetchedValue())
    cases_opened: Mapped[big_int] = mapped_column(server_default=FetchedValue())
    cases_changed: Mapped[big_int] = mapped_column(server_default=FetchedValue())
    header: Mapped[list[str]] = mapped_column(JSONB(), server_default=FetchedValue())
    failure: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(server_default=FetchedValue())
    queued_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    started_by: Mapped[UUID | None]
    uploaded_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class ImportRefusal(Base):
    """One reason why a line was not taken, with the line as it came."""

    __tablename__ = "import_refusals"
    run_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[big_int] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID]
    line: Mapped[big_int]
    column_name: Mapped[str]
    code: Mapped[str]
    value: Mapped[str]
    cells: Mapped[list[str]] = mapped_column(JSONB())
