"""How do imports wait for the worker? In their own table: queued, claimed for a while, tried so many times."""

from migrations.sql import run

revision = "20261124_2205"
down_revision = "20261124_2200"

STATES = "ALTER TABLE import_runs ADD CONSTRAINT import_runs_state_check CHECK (state IN ({}))"
BEFORE = "'uploaded', 'running', 'finished', 'failed'"


def upgrade() -> None:
    """Add the state and the three columns; `attempts` counts tries of the worker since the last stored block."""
    run(
        "ALTER TABLE import_runs DROP CONSTRAINT import_runs_state_check",
        STATES.format(f"{BEFORE}, 'queued'"),
        "ALTER TABLE import_runs ADD COLUMN attempts integer NOT NULL DEFAULT 0, ADD COLUMN queued_at timestamptz,"
        " ADD COLUMN lease_until timestamptz",
        "CREATE INDEX import_runs_due ON import_runs (queued_at) WHERE state IN ('queued', 'running')",
    )


def downgrade() -> None:
    """Take them away; what was queued counts as interrupted and can be started again."""
    run(
        "DROP INDEX import_runs_due",
        "ALTER TABLE import_runs DROP COLUMN lease_until, DROP COLUMN queued_at, DROP COLUMN attempts",
        # The owner is bound by the policies too, and would find no row.
        "ALTER TABLE import_runs NO FORCE ROW LEVEL SECURITY",
        "UPDATE import_runs SET state = 'running' WHERE state = 'queued'",
        "ALTER TABLE import_runs FORCE ROW LEVEL SECURITY",
        "ALTER TABLE import_runs DROP CONSTRAINT import_runs_state_check",
        STATES.format(BEFORE),
    )
