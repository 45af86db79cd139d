"""The law of a stop: when it may be visited, by how many people, and by which rules it was taken out of the day."""

from migrations.sql import run

revision = "20261125_1533"
down_revision = "20261125_1330"


def upgrade() -> None:
    """Add the columns; a plan of before was made by no verdict, so it has no windows."""
    run(
        "ALTER TABLE stops ADD COLUMN headcount smallint NOT NULL DEFAULT 1 CHECK (headcount BETWEEN 1 AND 10),"
        " ADD COLUMN lawful jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(lawful) = 'array'),"
        " ADD COLUMN rule_ids text[] NOT NULL DEFAULT '{}'",
        "ALTER TABLE stops DROP CONSTRAINT stops_state_check",
        "ALTER TABLE stops ADD CONSTRAINT stops_state_check CHECK (state IN ('planned', 'done', 'skipped', 'blocked'))",
        "ALTER TABLE stops ADD CONSTRAINT stops_blocked_by_rules CHECK (state <> 'blocked' OR rule_ids <> '{}')",
        "CREATE INDEX stops_planned_of_case ON stops (tenant_id, case_id) WHERE state = 'planned'",
    )


def downgrade() -> None:
    """Take them away; what was taken out of a day is then a skipped stop."""
    run(
        "DROP INDEX stops_planned_of_case",
        "ALTER TABLE stops DROP CONSTRAINT stops_blocked_by_rules",
        "ALTER TABLE stops DROP CONSTRAINT stops_state_check",
        "ALTER TABLE stops NO FORCE ROW LEVEL SECURITY",
        "UPDATE stops SET state = 'skipped', skip_reason = 'held back' WHERE state = 'blocked'",
        "ALTER TABLE stops FORCE ROW LEVEL SECURITY",
        "ALTER TABLE stops ADD CONSTRAINT stops_state_check CHECK (state IN ('planned', 'done', 'skipped'))",
        "ALTER TABLE stops DROP COLUMN headcount, DROP COLUMN lawful, DROP COLUMN rule_ids",
    )
