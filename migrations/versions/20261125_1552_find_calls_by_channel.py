"""The exchange names a call by its id alone, and knows of no lender: the worker finds it by that."""

from migrations.sql import run

revision = "20261125_1552"
down_revision = "20261125_1541"


def upgrade() -> None:
    """Add the index; a call that waits for its time is found by another."""
    run(
        "CREATE INDEX line_calls_channel ON line_calls (id)",
        "CREATE INDEX line_calls_wake ON line_calls (wake_at) WHERE wake_at IS NOT NULL",
    )


def downgrade() -> None:
    """Take them away."""
    run("DROP INDEX line_calls_wake", "DROP INDEX line_calls_channel")
