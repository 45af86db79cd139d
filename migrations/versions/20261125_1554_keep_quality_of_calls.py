"""Quality of calls: plans and sheets as versioned data, weeks and calls that were drawn, scores, calls back, tasks."""

from migrations.sql import SEES_CASE, TENANT, drop, protect, run

revision = "20261125_1554"
down_revision = "20261125_1552"

DRAWN = "FOREIGN KEY (tenant_id, call_id) REFERENCES quality_calls"
TABLES = (
    """CREATE TABLE quality_plans (
        tenant_id uuid NOT NULL REFERENCES tenants, version integer NOT NULL CHECK (version > 0), body jsonb NOT NULL,
        made_by uuid NOT NULL, made_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, version))""",
    """CREATE TABLE quality_sheets (
        tenant_id uuid NOT NULL REFERENCES tenants, version integer NOT NULL CHECK (version > 0), body jsonb NOT NULL,
        made_by uuid NOT NULL, made_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, version))""",
    """CREATE TABLE quality_weeks (
        tenant_id uuid NOT NULL REFERENCES tenants, week_on date NOT NULL CHECK (extract(isodow FROM week_on) = 1),
        seed text NOT NULL CHECK (seed <> ''), plan_version integer NOT NULL CHECK (plan_version >= 0),
        made_by uuid NOT NULL, made_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, week_on))""",
    """CREATE TABLE quality_calls (
        tenant_id uuid NOT NULL REFERENCES tenants, call_id uuid NOT NULL REFERENCES calls,
        case_id uuid NOT NULL REFERENCES cases, caller_id uuid NOT NULL, week_on date NOT NULL,
        why text[] NOT NULL CHECK (why <> '{}' AND why <@ ARRAY['share', 'at_least', 'interest', 'exception']),
        drawn_by uuid NOT NULL, drawn_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, call_id),
        FOREIGN KEY (tenant_id, week_on) REFERENCES quality_weeks)""",
    "CREATE INDEX quality_calls_week ON quality_calls (tenant_id, week_on)",
    "CREATE INDEX quality_calls_caller ON quality_calls (tenant_id, caller_id, week_on)",
    # Nobody scores an own call: said once more where it is stored.
    f"""CREATE TABLE quality_scores (
        tenant_id uuid NOT NULL, id uuid NOT NULL, call_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases,
        caller_id uuid NOT NULL, sheet_version integer NOT NULL CHECK (sheet_version >= 0), answers jsonb NOT NULL,
        permille integer NOT NULL CHECK (permille BETWEEN 0 AND 1000), is_knocked_out boolean NOT NULL,
        is_passed boolean NOT NULL, note text NOT NULL, scored_by uuid NOT NULL CHECK (scored_by <> caller_id),
        scored_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, id), {DRAWN},
        CHECK (NOT is_knocked_out OR (permille = 0 AND NOT is_passed)))""",
    "CREATE INDEX quality_scores_call ON quality_scores (tenant_id, call_id, scored_at DESC)",
    "CREATE INDEX quality_scores_caller ON quality_scores (tenant_id, caller_id, scored_at DESC)",
    f"""CREATE TABLE quality_checks (
        tenant_id uuid NOT NULL, id uuid NOT NULL, call_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases,
        caller_id uuid NOT NULL, contact_point_id uuid NOT NULL REFERENCES contact_points, verdict_id uuid NOT NULL,
        checked_by uuid NOT NULL CHECK (checked_by <> caller_id), opened_at timestamptz NOT NULL,
        check_call_id uuid REFERENCES calls CHECK (check_call_id <> call_id),
        outcome text CHECK (outcome IN ('confirmed', 'differs', 'not_reached')), note text NOT NULL DEFAULT '',
        closed_at timestamptz, PRIMARY KEY (tenant_id, id), {DRAWN},
        CHECK ((closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (check_call_id IS NULL)))""",
    "CREATE UNIQUE INDEX quality_checks_open ON quality_checks (tenant_id, call_id) WHERE closed_at IS NULL",
    "CREATE UNIQUE INDEX quality_checks_made ON quality_checks (tenant_id, check_call_id)",
    "CREATE INDEX quality_checks_call ON quality_checks (tenant_id, call_id, opened_at DESC)",
    f"""CREATE TABLE quality_tasks (
        tenant_id uuid NOT NULL, id uuid NOT NULL, call_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases,
        finding text NOT NULL CHECK (finding <> ''), owner_id uuid NOT NULL REFERENCES users, due_on date NOT NULL,
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'proved', 'closed')), made_by uuid NOT NULL,
        made_at timestamptz NOT NULL, proof text CHECK (proof <> ''), proof_call_id uuid REFERENCES calls,
        proved_at timestamptz, returned_for text, closed_by uuid CHECK (closed_by <> owner_id), closed_at timestamptz,
        PRIMARY KEY (tenant_id, id), {DRAWN},
        CHECK ((state = 'closed') = (closed_at IS NOT NULL) AND (closed_by IS NULL) = (closed_at IS NULL)),
        CHECK (state = 'open' OR (proof IS NOT NULL AND proved_at IS NOT NULL)))""",
    "CREATE INDEX quality_tasks_owner ON quality_tasks (tenant_id, owner_id, due_on) WHERE state <> 'closed'",
    "CREATE INDEX quality_tasks_call ON quality_tasks (tenant_id, call_id)",
)
DATA = ("quality_plans", "quality_sheets", "quality_weeks")


def upgrade() -> None:
    """Make the tables; what hangs on a call is seen by who sees its case, a task by its owner too."""
    run(*TABLES)
    for table in DATA:
        protect(table, append_only=True)
    for table in ("quality_calls", "quality_scores"):
        protect(table, read=SEES_CASE.format(table=table), append_only=True)
    protect("quality_checks", read=SEES_CASE.format(table="quality_checks"))
    own = f"({TENANT} AND owner_id = (SELECT app_user()))"
    protect("quality_tasks", read=f"({SEES_CASE.format(table='quality_tasks')}) OR {own}")


def downgrade() -> None:
    """Take them away."""
    drop("quality_tasks", "quality_checks", "quality_scores", "quality_calls", *DATA)
