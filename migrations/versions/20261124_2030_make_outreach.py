"""Whom do we push to, and what became of each push? Subscriptions, messages, their deliveries, readers of the journal."""

from migrations.sql import TENANT, drop, protect, run

revision = "20261124_2030"
down_revision = "20261124_2015"

SUBSCRIPTIONS = (
    """CREATE TABLE push_subscriptions (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, user_id uuid NOT NULL REFERENCES users, device_id uuid REFERENCES devices,
        endpoint text NOT NULL CHECK (length(endpoint) <= 2000), endpoint_hash bytea NOT NULL CHECK (length(endpoint_hash) = 32),
        p256dh bytea NOT NULL CHECK (length(p256dh) = 65), auth bytea NOT NULL CHECK (length(auth) = 16),
        made_at timestamptz NOT NULL, renewed_at timestamptz NOT NULL, UNIQUE (tenant_id, endpoint_hash))""",
    "CREATE INDEX push_subscriptions_user ON push_subscriptions (tenant_id, user_id)",
)
OUTBOX = (
    """CREATE TABLE messages (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, user_id uuid NOT NULL REFERENCES users,
        kind text NOT NULL CHECK (kind IN ('plan_published', 'plan_changed', 'case_given', 'case_taken', 'client_paid', 'debt_lowered')),
        subject_id uuid NOT NULL, version bigint NOT NULL, case_id uuid, made_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL, CHECK (expires_at > made_at),
        UNIQUE (tenant_id, user_id, kind, subject_id, version))""",
    "CREATE INDEX messages_age ON messages (made_at)",
    """CREATE TABLE deliveries (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, message_id uuid NOT NULL REFERENCES messages ON DELETE CASCADE,
        subscription_id uuid NOT NULL, state text NOT NULL DEFAULT 'scheduled'
            CHECK (state IN ('scheduled', 'sending', 'sent', 'failed', 'expired', 'pruned', 'unknown')),
        attempts integer NOT NULL DEFAULT 0, due_at timestamptz NOT NULL, lease_until timestamptz,
        status_code integer, detail text NOT NULL DEFAULT '', settled_at timestamptz,
        CHECK ((state = 'sending') = (lease_until IS NOT NULL)), UNIQUE (message_id, subscription_id))""",
    "CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'scheduled'",
    "CREATE INDEX deliveries_leased ON deliveries (lease_until) WHERE state = 'sending'",
)
# Only jobs touch these two; nobody else may even look.
READERS = """CREATE TABLE reader_positions (
    tenant_id uuid NOT NULL REFERENCES tenants, reader text NOT NULL, epoch uuid NOT NULL, xid xid8 NOT NULL,
    event_id uuid NOT NULL, moved_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, reader))"""
PERIODIC = """CREATE TABLE periodic_jobs (
    name text PRIMARY KEY, started_at timestamptz NOT NULL, ended_at timestamptz)"""


def upgrade() -> None:
    """Make the tables; a subscription is a capability to push, so those who only read see whose it is, not where."""
    run(*SUBSCRIPTIONS, *OUTBOX, READERS, PERIODIC)
    for table in ("push_subscriptions", "messages", "deliveries"):
        protect(table)
    for table in ("reader_positions", "periodic_jobs"):
        run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    run(
        "REVOKE SELECT ON push_subscriptions FROM app_ro",
        "GRANT SELECT (id, tenant_id, user_id, device_id, made_at, renewed_at) ON push_subscriptions TO app_ro",
        f"CREATE POLICY reader_positions_read ON reader_positions FOR SELECT USING ({TENANT})",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON reader_positions, periodic_jobs TO app_job",
    )


def downgrade() -> None:
    """Take them away again."""
    drop("periodic_jobs", "reader_positions", "deliveries", "messages", "push_subscriptions")
