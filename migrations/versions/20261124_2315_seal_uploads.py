"""What opens an upload that a phone sealed for the server: the header that came with its announcement."""

from migrations.sql import run

revision = "20261124_2315"
down_revision = "20261124_2310"


def upgrade() -> None:
    """Add the header; an upload without one is plain."""
    run("ALTER TABLE uploads ADD COLUMN sealed text CHECK (length(sealed) <= 1000)")


def downgrade() -> None:
    """Take it away: what is sealed and on its way cannot be finished any more, phones begin it again."""
    run(
        "DELETE FROM uploads WHERE sealed IS NOT NULL AND finished_at IS NULL", "ALTER TABLE uploads DROP COLUMN sealed"
    )
