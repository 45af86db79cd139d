"""The edits say what is undecided; a table of conflicts beside them goes."""

from migrations.sql import SEES_CASE, drop, protect, run

revision = "20261125_0139"
down_revision = "20261125_0131"

CONFLICTS = (
    """CREATE TABLE conflicts (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases, field text NOT NULL,
        base_version integer NOT NULL, stored_value jsonb NOT NULL, stored_by uuid NOT NULL, stored_at timestamptz NOT NULL,
        sent_value jsonb NOT NULL, sent_by uuid NOT NULL, sent_at timestamptz NOT NULL, device_id uuid,
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'kept_stored', 'kept_sent')),
        decided_by uuid, decided_at timestamptz, recorded_at timestamptz NOT NULL DEFAULT now())""",
    "CREATE INDEX conflicts_open ON conflicts (tenant_id, case_id) WHERE state = 'open'",
)
UNDECIDED = """INSERT INTO conflicts (id, tenant_id, case_id, field, base_version, stored_value, stored_by, stored_at,
        sent_value, sent_by, sent_at, device_id, recorded_at)
    SELECT e.id, e.tenant_id, e.case_id, e.field, f.version, f.value, f.edited_by, f.edited_at, to_jsonb(e.value),
        e.user_id, e.occurred_at, e.device_id, e.recorded_at
    FROM case_facts f JOIN fact_edits e ON e.tenant_id = f.tenant_id AND e.id = ANY(f.others)"""


def upgrade() -> None:
    """Drop the table; the projection is written whole from here on."""
    drop("conflicts")
    run(
        "ALTER TABLE case_facts RENAME COLUMN mutation_id TO edit_id",
        "ALTER TABLE case_facts ALTER COLUMN heads DROP DEFAULT, ALTER COLUMN others DROP DEFAULT",
        "ALTER TABLE case_facts ADD CONSTRAINT case_facts_shown_check CHECK (edit_id = ANY(heads))",
    )


def downgrade() -> None:
    """Bring the table back with what is undecided; the owner is bound by the policies too."""
    run(
        "ALTER TABLE case_facts DROP CONSTRAINT case_facts_shown_check",
        "ALTER TABLE case_facts RENAME COLUMN edit_id TO mutation_id",
        "ALTER TABLE case_facts ALTER COLUMN heads SET DEFAULT '{}', ALTER COLUMN others SET DEFAULT '{}'",
        *CONFLICTS,
        "ALTER TABLE case_facts NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE fact_edits NO FORCE ROW LEVEL SECURITY",
        UNDECIDED,
        "ALTER TABLE case_facts FORCE ROW LEVEL SECURITY",
        "ALTER TABLE fact_edits FORCE ROW LEVEL SECURITY",
    )
    protect("conflicts", read=SEES_CASE.format(table="conflicts"))
