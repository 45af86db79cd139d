"""A session that may do one thing: leave the photos that a device out of service still has, those that it named."""

from migrations.sql import run

revision = "20261125_0153"
down_revision = "20261125_0150"


def upgrade() -> None:
    """Add the hashes that such a session may bring; any other session has none."""
    run("ALTER TABLE sessions ADD COLUMN may_leave bytea[] CHECK (cardinality(may_leave) <= 1000)")


def downgrade() -> None:
    """End such sessions: without the column they would be sessions of a person."""
    run("DELETE FROM sessions WHERE may_leave IS NOT NULL", "ALTER TABLE sessions DROP COLUMN may_leave")
