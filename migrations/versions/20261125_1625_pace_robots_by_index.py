"""How many calls of a campaign are under way, and how many began within the minute, is asked ten times a second."""

from migrations.sql import run

revision = "20261125_1625"
down_revision = "20261125_1605"


def upgrade() -> None:
    """Add both indices; they hold no more than what is under way, and the calls of robots."""
    run(
        "CREATE INDEX robot_targets_calling ON robot_targets (tenant_id, campaign_id) WHERE state = 'calling'",
        "CREATE INDEX line_calls_robot ON line_calls (tenant_id, asked_at) WHERE kind = 'robot'",
    )


def downgrade() -> None:
    """Take them away."""
    run("DROP INDEX line_calls_robot", "DROP INDEX robot_targets_calling")
