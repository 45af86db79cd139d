"""What happened at the door and on the line: visits, calls, promises, evidence and its uploads."""

from migrations.sql import SEES_CASE, TENANT, drop, protect, run

revision = "20261124_1920"
down_revision = "20261124_1915"

FACTS = (
    """CREATE TABLE visits (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases,
        user_id uuid NOT NULL, device_id uuid, stop_id uuid, address_id uuid,
        result text NOT NULL, party text NOT NULL, paid_minor bigint CHECK (paid_minor > 0), started_at timestamptz NOT NULL, ended_at timestamptz NOT NULL,
        place geography(Point, 4326), accuracy_m real, distance_m real, is_inside boolean, outside_reason text,
        note text NOT NULL, next_step text, next_on date, withdrawn_at timestamptz,
        recorded_at timestamptz NOT NULL DEFAULT now(), CHECK (ended_at >= started_at))""",
    "CREATE INDEX visits_case ON visits (case_id, started_at DESC)",
    "CREATE INDEX visits_user ON visits (tenant_id, user_id, started_at DESC)",
    """CREATE TABLE calls (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases,
        user_id uuid NOT NULL, device_id uuid, contact_point_id uuid REFERENCES contact_points, number_status_before text,
        result text NOT NULL, party text NOT NULL, paid_minor bigint CHECK (paid_minor > 0), started_at timestamptz NOT NULL, ended_at timestamptz NOT NULL,
        note text NOT NULL, next_step text, next_on date, withdrawn_at timestamptz,
        recorded_at timestamptz NOT NULL DEFAULT now(), CHECK (ended_at >= started_at))""",
    "CREATE INDEX calls_case ON calls (case_id, started_at DESC)",
    "CREATE INDEX calls_user ON calls (tenant_id, user_id, started_at DESC)",
    """CREATE TABLE promises (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases,
        source_kind text NOT NULL CHECK (source_kind IN ('visit', 'call', 'desk', 'import')), source_id uuid NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0), currency text NOT NULL, due_on date NOT NULL,
        tolerance_days integer NOT NULL DEFAULT 0 CHECK (tolerance_days BETWEEN 0 AND 30),
        state text NOT NULL CHECK (state IN ('open', 'due_today', 'part_kept', 'kept', 'broken', 'cancelled',
            'superseded', 'disputed')),
        made_by uuid NOT NULL, made_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now())""",
    "CREATE INDEX promises_case ON promises (case_id, made_at DESC)",
    "CREATE INDEX promises_due ON promises (tenant_id, due_on) WHERE state = 'open'",
    """CREATE TABLE evidence (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases, visit_id uuid NOT NULL,
        user_id uuid NOT NULL, device_id uuid, kind text NOT NULL CHECK (kind IN ('photo')),
        scope text NOT NULL CHECK (scope IN ('outside', 'document', 'inside')),
        sha256 bytea NOT NULL CHECK (length(sha256) = 32), size_bytes bigint NOT NULL CHECK (size_bytes > 0),
        media_type text NOT NULL, original_sha256 bytea NOT NULL CHECK (length(original_sha256) = 32),
        original_size_bytes bigint NOT NULL, taken_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'awaited' CHECK (state IN ('awaited', 'stored')), stored_at timestamptz,
        recorded_at timestamptz NOT NULL DEFAULT now())""",
    "CREATE INDEX evidence_case ON evidence (case_id)",
    "CREATE INDEX evidence_hash ON evidence (tenant_id, sha256)",
)
UPLOADS = (
    """CREATE TABLE uploads (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, user_id uuid NOT NULL, sha256 bytea NOT NULL CHECK (length(sha256) = 32),
        media_type text NOT NULL, length_bytes bigint NOT NULL CHECK (length_bytes > 0),
        offset_bytes bigint NOT NULL DEFAULT 0, created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL, finished_at timestamptz, CHECK (offset_bytes BETWEEN 0 AND length_bytes))""",
    "CREATE INDEX uploads_expiry ON uploads (expires_at) WHERE finished_at IS NULL",
)


def upgrade() -> None:
    """Make the facts; who sees the case sees its facts, and a collector always sees the facts that are his own."""
    run(*FACTS, *UPLOADS)
    for table in ("visits", "calls", "evidence"):
        own = f"{TENANT} AND user_id = (SELECT app_user())"
        protect(table, read=f"({SEES_CASE.format(table=table)}) OR ({own})")
    protect("promises", read=SEES_CASE.format(table="promises"))
    protect("uploads", read=f"{TENANT} AND user_id = (SELECT app_user())")


def downgrade() -> None:
    """Take them away again."""
    drop("uploads", "evidence", "promises", "calls", "visits")
