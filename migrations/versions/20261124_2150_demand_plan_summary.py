"""What does every plan say of itself? A summary with its status: one without cannot be shown, so none is stored."""

from migrations.sql import run

revision = "20261124_2150"
down_revision = "20261124_2030"


def upgrade() -> None:
    """Take the default away, which no reader understands, and refuse a summary without a status."""
    run(
        "ALTER TABLE day_plans ALTER COLUMN summary DROP DEFAULT",
        "ALTER TABLE day_plans ADD CONSTRAINT day_plans_summary CHECK (summary ? 'status')",
    )


def downgrade() -> None:
    """Let an empty summary be stored again."""
    run(
        "ALTER TABLE day_plans DROP CONSTRAINT day_plans_summary",
        "ALTER TABLE day_plans ALTER COLUMN summary SET DEFAULT '{}'",
    )
