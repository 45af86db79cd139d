"""What is asked about the photos of one person? Found by who took them, the newest first."""

from migrations.sql import run

revision = "20261125_0150"
down_revision = "20261125_0145"


def upgrade() -> None:
    """Index evidence by who took it."""
    run("CREATE INDEX evidence_user ON evidence (tenant_id, user_id, recorded_at DESC)")


def downgrade() -> None:
    """Take the index away."""
    run("DROP INDEX evidence_user")
