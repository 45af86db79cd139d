"""The line: calls that the server places, words of the exchange, recordings; robots: flows, campaigns, held-out cases."""

from migrations.sql import SEES_CASE, drop, protect, run

revision = "20261125_1541"
down_revision = "20261125_1535"

RECORDS = "ALTER TABLE retention_rules ADD CONSTRAINT retention_rules_record_check CHECK (record IN ({records}))"
TABLES = (
    # A verdict and a permit place one call each: the two unique keys say so, whoever comes first.
    """CREATE TABLE line_calls (
        id uuid NOT NULL, tenant_id uuid NOT NULL REFERENCES tenants, case_id uuid NOT NULL REFERENCES cases,
        contact_point_id uuid NOT NULL REFERENCES contact_points, user_id uuid NOT NULL REFERENCES users,
        kind text NOT NULL CHECK (kind IN ('desk', 'robot')), adapter text NOT NULL CHECK (adapter IN ('tel', 'ari')),
        verdict_id uuid NOT NULL, permit_id uuid NOT NULL, notice_id text CHECK (notice_id <> ''),
        state text NOT NULL CHECK (state IN ('asked', 'dialling', 'ringing', 'answered', 'ended', 'by_hand')),
        asked_at timestamptz NOT NULL, dialled_at timestamptz, rang_at timestamptz, answered_at timestamptz,
        ended_at timestamptz, cause integer, suggested_result text, is_paused boolean NOT NULL DEFAULT false,
        memory jsonb, wake_at timestamptz, call_id uuid REFERENCES calls, PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, verdict_id), UNIQUE (tenant_id, permit_id), CHECK ((state = 'ended') = (ended_at IS NOT NULL)))""",
    "CREATE INDEX line_calls_open ON line_calls (tenant_id, asked_at) WHERE ended_at IS NULL AND state <> 'by_hand'",
    "CREATE INDEX line_calls_case ON line_calls (tenant_id, case_id, asked_at DESC)",
    # The id is made from what the exchange said, so that the same word told twice is one row.
    """CREATE TABLE line_events (
        id uuid NOT NULL, tenant_id uuid NOT NULL REFERENCES tenants, case_id uuid NOT NULL REFERENCES cases,
        line_call_id uuid NOT NULL, kind text NOT NULL CHECK (kind <> ''), leg text NOT NULL CHECK (leg IN ('client', 'desk')),
        value text NOT NULL, cause integer, source text NOT NULL CHECK (source IN ('exchange', 'server', 'reconciled')),
        at timestamptz NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, line_call_id) REFERENCES line_calls (tenant_id, id))""",
    "CREATE INDEX line_events_call ON line_events (tenant_id, line_call_id, at)",
    """CREATE TABLE line_orders (
        id uuid NOT NULL, tenant_id uuid NOT NULL REFERENCES tenants, case_id uuid NOT NULL REFERENCES cases,
        line_call_id uuid NOT NULL, kind text NOT NULL CHECK (kind <> ''), value text NOT NULL, made_by uuid,
        made_at timestamptz NOT NULL, done_at timestamptz, outcome text, PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, line_call_id) REFERENCES line_calls (tenant_id, id),
        CHECK ((done_at IS NULL) = (outcome IS NULL)))""",
    "CREATE INDEX line_orders_open ON line_orders (tenant_id, id) WHERE done_at IS NULL",
    """CREATE TABLE line_recordings (
        id uuid NOT NULL, tenant_id uuid NOT NULL REFERENCES tenants, case_id uuid NOT NULL REFERENCES cases,
        record text NOT NULL CHECK (record IN ('call_recording', 'robot_call_recording')),
        notice_id text NOT NULL CHECK (notice_id <> ''),
        state text NOT NULL CHECK (state IN ('running', 'awaited', 'stored', 'refused', 'lost', 'deleted')),
        started_at timestamptz NOT NULL, finished_at timestamptz, tries integer NOT NULL DEFAULT 0, retry_at timestamptz,
        sha256 bytea CHECK (length(sha256) = 32), size_bytes bigint CHECK (size_bytes > 0), media_type text,
        duration_ms integer CHECK (duration_ms >= 0), refusal text, stored_at timestamptz, deleted_at timestamptz,
        PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, id) REFERENCES line_calls (tenant_id, id),
        CHECK (state <> 'stored' OR (sha256 IS NOT NULL AND stored_at IS NOT NULL)))""",
    "CREATE INDEX line_recordings_awaited ON line_recordings (tenant_id, retry_at) WHERE state = 'awaited'",
    "CREATE INDEX line_recordings_case ON line_recordings (tenant_id, case_id, started_at DESC)",
    "CREATE INDEX line_recordings_kept ON line_recordings (tenant_id, started_at) WHERE state = 'stored'",
    """CREATE TABLE robot_flows (
        tenant_id uuid NOT NULL REFERENCES tenants, code text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]{0,39}$'),
        version integer NOT NULL CHECK (version > 0), body jsonb NOT NULL, published_by uuid, published_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, code, version))""",
    """CREATE TABLE robot_campaigns (
        id uuid NOT NULL, tenant_id uuid NOT NULL REFERENCES tenants, name text NOT NULL CHECK (name <> ''),
        flow_code text NOT NULL, flow_version integer NOT NULL, held_out_permille integer NOT NULL
            CHECK (held_out_permille BETWEEN 0 AND 500), seed text NOT NULL CHECK (seed <> ''),
        from_minute integer NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
        until_minute integer NOT NULL CHECK (until_minute BETWEEN 1 AND 1440), at_once integer NOT NULL CHECK (at_once > 0),
        a_minute integer NOT NULL CHECK (a_minute > 0), tries_max integer NOT NULL CHECK (tries_max > 0),
        paid_days integer NOT NULL CHECK (paid_days > 0), state text NOT NULL CHECK (state IN ('running', 'stopped', 'done')),
        robot_id uuid NOT NULL REFERENCES users, started_by uuid, started_at timestamptz NOT NULL, ended_at timestamptz,
        PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, flow_code, flow_version)
            REFERENCES robot_flows (tenant_id, code, version), CHECK (from_minute < until_minute))""",
    "CREATE INDEX robot_campaigns_running ON robot_campaigns (tenant_id, id) WHERE state = 'running'",
    """CREATE TABLE robot_targets (
        tenant_id uuid NOT NULL REFERENCES tenants, campaign_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases,
        is_held_out boolean NOT NULL, state text NOT NULL CHECK (state IN ('held_out', 'waiting', 'calling', 'done', 'left')),
        tries integer NOT NULL DEFAULT 0, next_at timestamptz, why text NOT NULL DEFAULT '', result text, line_call_id uuid,
        PRIMARY KEY (tenant_id, campaign_id, case_id),
        FOREIGN KEY (tenant_id, campaign_id) REFERENCES robot_campaigns (tenant_id, id),
        CHECK (is_held_out = (state = 'held_out')))""",
    "CREATE INDEX robot_targets_next ON robot_targets (tenant_id, campaign_id, next_at) WHERE state = 'waiting'",
    "CREATE INDEX robot_targets_call ON robot_targets (tenant_id, line_call_id) WHERE line_call_id IS NOT NULL",
)
BY_CASE = ("line_calls", "line_orders", "line_recordings", "robot_targets")


def upgrade() -> None:
    """Make the tables; what hangs on a case is seen by who sees the case."""
    run(
        *TABLES,
        "ALTER TABLE retention_rules DROP CONSTRAINT retention_rules_record_check",
        RECORDS.format(records="'photo', 'audio', 'signature', 'call_recording', 'robot_call_recording'"),
    )
    for table in BY_CASE:
        protect(table, read=SEES_CASE.format(table=table))
    protect("line_events", read=SEES_CASE.format(table="line_events"), append_only=True)
    protect("robot_flows", append_only=True)
    protect("robot_campaigns")


def downgrade() -> None:
    """Take them away, and the rules that kept recordings."""
    drop(
        "robot_targets", "robot_campaigns", "robot_flows", "line_recordings", "line_orders", "line_events", "line_calls"
    )
    run(
        "ALTER TABLE retention_rules NO FORCE ROW LEVEL SECURITY",
        "DELETE FROM retention_rules WHERE record IN ('call_recording', 'robot_call_recording')",
        "ALTER TABLE retention_rules FORCE ROW LEVEL SECURITY",
        "ALTER TABLE retention_rules DROP CONSTRAINT retention_rules_record_check",
        RECORDS.format(records="'photo', 'audio', 'signature'"),
    )
