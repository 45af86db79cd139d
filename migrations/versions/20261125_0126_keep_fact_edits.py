"""Every edit of a fact as a row of its own, never changed; what stands is a projection of them (docs/MERGING.md)."""

from migrations.sql import SEES_CASE, drop, protect, run

revision = "20261125_0126"
down_revision = "20261125_0121"

TABLE = (
    """CREATE TABLE fact_edits (
        id uuid NOT NULL, tenant_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases, field text NOT NULL,
        value text NOT NULL, base_ids uuid[] NOT NULL, user_id uuid NOT NULL, device_id uuid,
        occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (id, tenant_id))""",
    "CREATE INDEX fact_edits_case ON fact_edits (case_id, field, occurred_at DESC, id DESC)",
    "ALTER TABLE case_facts ADD COLUMN heads uuid[] NOT NULL DEFAULT '{}', ADD COLUMN others uuid[] NOT NULL DEFAULT '{}'",
    "CREATE INDEX case_facts_disputed ON case_facts (tenant_id, edited_at) WHERE others <> '{}'",
)
UNBOUND = ("case_facts", "conflicts", "fact_edits")

# Before, a fact was one row and what crossed it a row of `conflicts`. An earlier value that a conflict remembers becomes
# an edit that the present one superseded; so does what a lead decided against. What is undecided stands beside it.
BACKFILL = (
    """INSERT INTO fact_edits (id, tenant_id, case_id, field, value, base_ids, user_id, occurred_at)
        SELECT gen_random_uuid(), c.tenant_id, c.case_id, c.field, c.stored_value #>> '{}', '{}', c.stored_by, c.stored_at
        FROM conflicts c JOIN case_facts f ON f.case_id = c.case_id AND f.field = c.field
        WHERE (c.stored_by, c.stored_at, c.stored_value) IS DISTINCT FROM (f.edited_by, f.edited_at, f.value)
        GROUP BY c.tenant_id, c.case_id, c.field, c.stored_value, c.stored_by, c.stored_at""",
    """INSERT INTO fact_edits (id, tenant_id, case_id, field, value, base_ids, user_id, occurred_at)
        SELECT f.mutation_id, f.tenant_id, f.case_id, f.field, f.value #>> '{}',
            ARRAY(SELECT e.id FROM fact_edits e WHERE e.case_id = f.case_id AND e.field = f.field
                UNION SELECT c.id FROM conflicts c WHERE c.case_id = f.case_id AND c.field = f.field
                    AND c.state <> 'open' AND c.id <> f.mutation_id),
            f.edited_by, f.edited_at
        FROM case_facts f""",
    """INSERT INTO fact_edits (id, tenant_id, case_id, field, value, base_ids, user_id, device_id, occurred_at, recorded_at)
        SELECT id, tenant_id, case_id, field, sent_value #>> '{}', '{}', sent_by, device_id, sent_at, recorded_at
        FROM conflicts ON CONFLICT DO NOTHING""",
    """WITH heads AS (
            SELECT e.* FROM fact_edits e WHERE NOT EXISTS (SELECT 1 FROM fact_edits n
                WHERE n.case_id = e.case_id AND n.field = e.field AND e.id = ANY(n.base_ids))),
        shown AS (SELECT DISTINCT ON (case_id, field) * FROM heads ORDER BY case_id, field, occurred_at DESC, id DESC),
        other AS (
            SELECT DISTINCT ON (h.case_id, h.field, h.value) h.* FROM heads h JOIN shown s
                ON s.case_id = h.case_id AND s.field = h.field AND s.value <> h.value
            ORDER BY h.case_id, h.field, h.value, h.occurred_at DESC, h.id DESC)
        UPDATE case_facts f SET value = to_jsonb(s.value), edited_by = s.user_id, edited_at = s.occurred_at,
            mutation_id = s.id,
            heads = ARRAY(SELECT h.id FROM heads h WHERE h.case_id = f.case_id AND h.field = f.field
                ORDER BY h.occurred_at DESC, h.id DESC),
            others = ARRAY(SELECT o.id FROM other o WHERE o.case_id = f.case_id AND o.field = f.field
                ORDER BY o.occurred_at DESC, o.id DESC)
        FROM shown s WHERE s.case_id = f.case_id AND s.field = f.field""",
)


def upgrade() -> None:
    """Make the table and the projection's columns, and fill both; the owner is bound by the policies too."""
    run(*TABLE)
    protect("fact_edits", read=SEES_CASE.format(table="fact_edits"), append_only=True)
    run(*(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in UNBOUND))
    run(*BACKFILL)
    run(*(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in UNBOUND))


def downgrade() -> None:
    """Take the edits away; what stands stays, and what was undecided is in the conflicts that the step above brings."""
    run("DROP INDEX case_facts_disputed", "ALTER TABLE case_facts DROP COLUMN heads, DROP COLUMN others")
    drop("fact_edits")
