"""Signed heads over batches of the journal, and where in which batch each event stands."""

from migrations.sql import drop, protect, run

revision = "20261124_2230"
down_revision = "20261124_2215"


def upgrade() -> None:
    """Make the two tables of the sealer; events themselves are never touched."""
    run(
        """CREATE TABLE seals (
            tenant_id uuid NOT NULL REFERENCES tenants, number bigint NOT NULL CHECK (number >= 1), head text NOT NULL,
            key_id text NOT NULL, signature text NOT NULL, sealed_at timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, number))""",
        """CREATE TABLE sealed_events (
            tenant_id uuid NOT NULL, event_id uuid NOT NULL, number bigint NOT NULL,
            index integer NOT NULL CHECK (index >= 0), recorded_at timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, event_id), FOREIGN KEY (tenant_id, number) REFERENCES seals)""",
        "CREATE INDEX sealed_events_seal ON sealed_events (tenant_id, number, index)",
    )
    protect("seals", append_only=True)
    protect("sealed_events", append_only=True)


def downgrade() -> None:
    """Drop them; the journal stays."""
    drop("sealed_events", "seals")
