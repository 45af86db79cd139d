"""What happened: the append-only journal, partitioned by month of recording."""

from migrations.sql import drop, protect, run

revision = "20261124_1905"
down_revision = "20261124_1900"


def upgrade() -> None:
    """Make the journal; partitions beyond the default are made ahead of time by a job."""
    run(
        """CREATE TABLE events (
            id uuid NOT NULL, tenant_id uuid NOT NULL, xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
            kind text NOT NULL, subject_id uuid NOT NULL, case_id uuid, actor_id uuid, device_id uuid,
            occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(),
            payload jsonb NOT NULL, PRIMARY KEY (id, recorded_at)) PARTITION BY RANGE (recorded_at)""",
        "CREATE TABLE events_default PARTITION OF events DEFAULT",
        "CREATE INDEX events_stream ON events (tenant_id, xid, id)",
        "CREATE INDEX events_case ON events (tenant_id, case_id, occurred_at DESC) WHERE case_id IS NOT NULL",
    )
    protect("events", append_only=True)


def downgrade() -> None:
    """Drop the journal with its partitions."""
    drop("events")
