"""What a verdict was made from, each once by its SHA-256: histories, packs of law, and which packs there were."""

from migrations.sql import drop, protect, run

revision = "20261125_1305"
down_revision = "20261125_1255"


def upgrade() -> None:
    """Make the table; the verdicts are events of the journal and name its rows."""
    run(
        """CREATE TABLE gate_inputs (
            tenant_id uuid NOT NULL REFERENCES tenants, kind text NOT NULL CHECK (kind IN ('history', 'law', 'pack')),
            sha256 bytea NOT NULL CHECK (length(sha256) = 32), body text NOT NULL,
            recorded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, kind, sha256))"""
    )
    protect("gate_inputs", append_only=True)


def downgrade() -> None:
    """Take it away: verdicts of before can then be read, and not be made again."""
    drop("gate_inputs")
