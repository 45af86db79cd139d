"""What the phone gets and what it sent: day plans with their stops, mutation ids, the quarantine."""

from migrations.sql import SEES_CASE, TENANT, drop, protect, run

revision = "20261124_1925"
down_revision = "20261124_1920"

PLANS = (
    """CREATE TABLE day_plans (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, team_id uuid NOT NULL REFERENCES teams, day date NOT NULL,
        state text NOT NULL CHECK (state IN ('draft', 'published', 'replaced')), made_by uuid NOT NULL,
        made_at timestamptz NOT NULL, published_at timestamptz, summary jsonb NOT NULL DEFAULT '{}')""",
    "CREATE UNIQUE INDEX day_plans_published ON day_plans (tenant_id, team_id, day) WHERE state = 'published'",
    """CREATE TABLE stops (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, plan_id uuid NOT NULL REFERENCES day_plans,
        case_id uuid NOT NULL REFERENCES cases, user_id uuid NOT NULL REFERENCES users, address_id uuid,
        position integer NOT NULL CHECK (position > 0), arrive_at timestamptz NOT NULL, leave_at timestamptz NOT NULL,
        window_start timestamptz NOT NULL, window_end timestamptz NOT NULL, drive_s integer NOT NULL,
        drive_m integer NOT NULL, is_locked boolean NOT NULL DEFAULT false, is_must boolean NOT NULL DEFAULT false,
        reasons jsonb NOT NULL DEFAULT '[]',
        state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'done', 'skipped')),
        skip_reason text, state_at timestamptz, CHECK (leave_at >= arrive_at), CHECK (window_end > window_start))""",
    "CREATE UNIQUE INDEX stops_case ON stops (plan_id, case_id)",
    "CREATE INDEX stops_of_user ON stops (tenant_id, user_id, plan_id, position)",
)
SYNC = (
    """CREATE TABLE mutations (
        id uuid NOT NULL, tenant_id uuid NOT NULL, user_id uuid NOT NULL, device_id uuid NOT NULL,
        seq bigint NOT NULL, body_hash bytea NOT NULL CHECK (length(body_hash) = 16),
        status text NOT NULL CHECK (status IN ('accepted', 'refused', 'conflict')), code text,
        recorded_at timestamptz NOT NULL, PRIMARY KEY (id, tenant_id))""",
    """CREATE TABLE quarantine (
        mutation_id uuid NOT NULL, tenant_id uuid NOT NULL, body_hash bytea NOT NULL CHECK (length(body_hash) = 16), user_id uuid NOT NULL, device_id uuid NOT NULL,
        case_id uuid, kind text NOT NULL, schema_version integer NOT NULL, occurred_at timestamptz NOT NULL,
        body text NOT NULL, code text NOT NULL, detail jsonb NOT NULL, recorded_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'applied', 'set_aside')),
        explanation text, decided_by uuid, decided_at timestamptz, PRIMARY KEY (mutation_id, tenant_id, body_hash))""",
    "CREATE INDEX quarantine_open ON quarantine (tenant_id, recorded_at) WHERE state = 'open'",
    """CREATE TABLE phone_change_floors (
        tenant_id uuid NOT NULL, user_id uuid NOT NULL, pruned_xid xid8 NOT NULL, PRIMARY KEY (tenant_id, user_id))""",
    """CREATE TABLE cluster_epoch (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), epoch uuid NOT NULL DEFAULT gen_random_uuid(),
        system_identifier bigint NOT NULL)""",
    "GRANT SELECT, INSERT, UPDATE ON cluster_epoch TO app_job",
    "GRANT SELECT ON cluster_epoch TO app_rw, app_ro",
)


def upgrade() -> None:
    """Make plans and the sync's own tables; a collector sees own stops and own sent items, a lead the team's."""
    run(*PLANS, *SYNC)
    protect("day_plans")
    protect("stops", read=f"({SEES_CASE.format(table='stops')}) OR ({TENANT} AND user_id = (SELECT app_user()))")
    protect("mutations", append_only=True)
    protect("quarantine")
    protect("phone_change_floors")


def downgrade() -> None:
    """Take them away again."""
    drop("cluster_epoch", "phone_change_floors", "quarantine", "mutations", "stops", "day_plans")
