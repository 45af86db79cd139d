"""Who works on it: cases, assignments, territories, facts that people edit, what phones must hear; then all policies."""

from migrations.sql import SEES_CASE, SEES_OBLIGOR, TENANT, drop, protect, run

revision = "20261124_1915"
down_revision = "20261124_1910"

CASES = (
    "CREATE SEQUENCE case_numbers",
    "GRANT USAGE ON SEQUENCE case_numbers TO app_rw, app_job",
    """CREATE TABLE territories (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, team_id uuid NOT NULL REFERENCES teams,
        user_id uuid REFERENCES users, name text NOT NULL, area geography(Polygon, 4326) NOT NULL,
        UNIQUE (tenant_id, name))""",
    "CREATE INDEX territories_area ON territories USING gist (area)",
    """CREATE TABLE cases (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, obligor_id uuid NOT NULL REFERENCES obligors,
        number text NOT NULL, kind text NOT NULL CHECK (kind IN ('personal', 'corporate', 'special')),
        state text NOT NULL CHECK (state IN ('new', 'in_grace', 'active', 'hold', 'promise', 'plan', 'hardship',
            'disputed', 'placed', 'legal', 'repossession', 'settled', 'cured', 'written_off', 'sold', 'closed')),
        currency text NOT NULL, overdue_minor bigint NOT NULL, balance_minor bigint NOT NULL,
        days_past_due integer NOT NULL, bucket text NOT NULL, grade text CHECK (grade IN ('low', 'medium', 'high')),
        score double precision NOT NULL DEFAULT 0, reasons jsonb NOT NULL DEFAULT '[]',
        team_id uuid REFERENCES teams, desk_team_id uuid REFERENCES teams, assignee_id uuid REFERENCES users,
        door_address_id uuid REFERENCES addresses, door geography(Point, 4326),
        last_attempt_at timestamptz, last_result text, attempts integer NOT NULL DEFAULT 0,
        opened_at timestamptz NOT NULL, closed_at timestamptz, UNIQUE (tenant_id, number)) WITH (fillfactor = 70)""",
    "CREATE UNIQUE INDEX cases_one_open ON cases (tenant_id, obligor_id) WHERE closed_at IS NULL",
    "CREATE INDEX cases_ranked ON cases (tenant_id, score DESC, id) WHERE closed_at IS NULL",
    "CREATE INDEX cases_of_team ON cases (tenant_id, team_id, score DESC, id) WHERE closed_at IS NULL",
    "CREATE INDEX cases_of_user ON cases (tenant_id, assignee_id) WHERE closed_at IS NULL",
    "CREATE INDEX cases_obligor ON cases (obligor_id)",
    "CREATE INDEX cases_door ON cases USING gist (door)",
    """CREATE TABLE assignments (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases,
        user_id uuid NOT NULL REFERENCES users, assigned_by uuid, assigned_at timestamptz NOT NULL,
        released_at timestamptz, reason text NOT NULL, release_reason text, batch_id uuid,
        CHECK (released_at IS NULL OR released_at >= assigned_at))""",
    "CREATE UNIQUE INDEX assignments_current ON assignments (case_id) WHERE released_at IS NULL",
    "CREATE INDEX assignments_case ON assignments (case_id, assigned_at DESC)",
    "CREATE INDEX assignments_batch ON assignments (tenant_id, batch_id) WHERE batch_id IS NOT NULL",
    """CREATE TABLE case_leases (
        case_id uuid PRIMARY KEY REFERENCES cases, tenant_id uuid NOT NULL, user_id uuid NOT NULL,
        leased_until timestamptz NOT NULL)""",
)
EDITS = (
    """CREATE TABLE case_facts (
        case_id uuid NOT NULL REFERENCES cases, field text NOT NULL, tenant_id uuid NOT NULL,
        value jsonb NOT NULL, version integer NOT NULL CHECK (version > 0), edited_by uuid NOT NULL,
        edited_at timestamptz NOT NULL, mutation_id uuid NOT NULL, PRIMARY KEY (case_id, field))""",
    """CREATE TABLE conflicts (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases, field text NOT NULL,
        base_version integer NOT NULL, stored_value jsonb NOT NULL, stored_by uuid NOT NULL, stored_at timestamptz NOT NULL,
        sent_value jsonb NOT NULL, sent_by uuid NOT NULL, sent_at timestamptz NOT NULL, device_id uuid,
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'kept_stored', 'kept_sent')),
        decided_by uuid, decided_at timestamptz, recorded_at timestamptz NOT NULL DEFAULT now())""",
    "CREATE INDEX conflicts_open ON conflicts (tenant_id, case_id) WHERE state = 'open'",
    """CREATE TABLE phone_changes (
        id uuid NOT NULL, tenant_id uuid NOT NULL, user_id uuid NOT NULL, xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        noun text NOT NULL CHECK (noun IN ('case', 'plan', 'notice')), noun_id uuid NOT NULL,
        reason text NOT NULL CHECK (reason IN ('changed', 'assigned', 'reassigned', 'closed', 'erased')),
        recorded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, user_id, xid, id))""",
)
SEES_OWN_WORK = (
    f"{TENANT} AND ((SELECT app_reach()) = 'tenant'"
    " OR ((SELECT app_reach()) = 'team' AND (team_id = ANY ((SELECT app_teams())::uuid[])"
    " OR desk_team_id = ANY ((SELECT app_teams())::uuid[])))"
    " OR ((SELECT app_reach()) = 'own' AND assignee_id = (SELECT app_user())))"
)
SEES_ACCOUNT = (
    f"{TENANT} AND ((SELECT app_reach()) = 'tenant' OR EXISTS (SELECT 1 FROM accounts JOIN cases USING (obligor_id)"
    " WHERE accounts.id = instalments.account_id))"
)
BY_OBLIGOR = ("related_parties", "contact_points", "addresses", "accounts", "collateral", "payments", "balances")
BY_CASE = ("assignments", "case_leases", "case_facts", "conflicts")


def upgrade() -> None:
    """Make the tables, then say who sees what: the cases decide, everything else follows them."""
    run(*CASES, *EDITS)
    protect("territories")
    protect("phone_changes")
    protect("cases", read=SEES_OWN_WORK)
    protect("obligors", read=SEES_OBLIGOR.format(table="obligors", column="id"))
    for table in BY_OBLIGOR:
        protect(table, read=SEES_OBLIGOR.format(table=table, column="obligor_id"))
    protect("instalments", read=SEES_ACCOUNT)
    for table in BY_CASE:
        protect(table, read=SEES_CASE.format(table=table))


def downgrade() -> None:
    """Take policies and tables away; the portfolio's own policies go with its tables in the step before."""
    for table in ("obligors", "instalments", *BY_OBLIGOR):
        for name in ("read", "put", "change", "remove"):
            run(f"DROP POLICY {table}_{name} ON {table}")
        run(
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"REVOKE ALL ON {table} FROM app_rw, app_job, app_ro",
        )
    drop("phone_changes", "conflicts", "case_facts", "case_leases", "assignments", "cases", "territories")
    run("DROP SEQUENCE case_numbers")
