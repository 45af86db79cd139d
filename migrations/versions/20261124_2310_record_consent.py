"""Who agreed to a photo inside stands with the photo; late holes in a phone's chain are found by the time of receipt."""

from migrations.sql import run

revision = "20261124_2310"
down_revision = "20261124_2300"


def upgrade() -> None:
    """Add the column and the index."""
    run(
        "ALTER TABLE evidence ADD COLUMN consent_by text CHECK (consent_by IN ('client', 'household', 'company'))",
        "CREATE INDEX evidence_manifests_received ON evidence_manifests (received_at)",
    )


def downgrade() -> None:
    """Take them away again."""
    run("DROP INDEX evidence_manifests_received", "ALTER TABLE evidence DROP COLUMN consent_by")
