"""How long is evidence kept, and what must not go? Retention and legal holds as rows; a deleted photo leaves its row."""

from migrations.sql import SEES_CASE, drop, protect, run

revision = "20261124_2320"
down_revision = "20261124_2315"

STATES = "ALTER TABLE evidence ADD CONSTRAINT evidence_state_check CHECK (state IN ({states}))"


def upgrade() -> None:
    """Make both tables; a photo may be deleted, its record never."""
    run(
        """CREATE TABLE retention_rules (
            tenant_id uuid NOT NULL REFERENCES tenants, record text NOT NULL CHECK (record IN ('photo')),
            basis text NOT NULL CHECK (basis <> ''), keep_days integer NOT NULL CHECK (keep_days BETWEEN 1 AND 36525),
            PRIMARY KEY (tenant_id, record, basis))""",
        """CREATE TABLE evidence_holds (
            id uuid PRIMARY KEY, tenant_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases,
            reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 400), placed_by uuid, placed_at timestamptz NOT NULL,
            released_by uuid, released_at timestamptz, release_reason text,
            CHECK ((released_at IS NULL) = (release_reason IS NULL)))""",
        "CREATE INDEX evidence_holds_case ON evidence_holds (case_id)",
        "ALTER TABLE evidence DROP CONSTRAINT evidence_state_check",
        STATES.format(states="'awaited', 'stored', 'refused', 'deleted'"),
    )
    protect("retention_rules")
    protect("evidence_holds", read=SEES_CASE.format(table="evidence_holds"))


def downgrade() -> None:
    """Take them away; what was deleted is then only refused, for its bytes do not come back."""
    drop("evidence_holds", "retention_rules")
    run(
        "ALTER TABLE evidence DROP CONSTRAINT evidence_state_check",
        "ALTER TABLE evidence NO FORCE ROW LEVEL SECURITY",
        "UPDATE evidence SET state = 'refused', refusal = 'evidence.deleted' WHERE state = 'deleted'",
        "ALTER TABLE evidence FORCE ROW LEVEL SECURITY",
        STATES.format(states="'awaited', 'stored', 'refused'"),
    )
