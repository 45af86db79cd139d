"""Which bytes do we hold? One row per tenant and hash, so that evidence named later finds bytes that came earlier."""

from migrations.sql import drop, protect, run

revision = "20261124_2005"
down_revision = "20261124_1950"


def upgrade() -> None:
    """Make the list of stored bytes; an upload itself may be forgotten once its bytes stand here."""
    run(
        """CREATE TABLE stored_files (
            tenant_id uuid NOT NULL, sha256 bytea NOT NULL CHECK (length(sha256) = 32),
            size_bytes bigint NOT NULL CHECK (size_bytes > 0), media_type text NOT NULL,
            stored_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, sha256))""",
        "CREATE INDEX uploads_user ON uploads (tenant_id, user_id)",
    )
    protect("stored_files")


def downgrade() -> None:
    """Take it away again."""
    run("DROP INDEX uploads_user")
    drop("stored_files")
