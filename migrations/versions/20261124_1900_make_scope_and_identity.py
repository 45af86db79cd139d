"""Who is who: the scope of a transaction, tenants, users, teams, devices, sessions."""

from migrations.sql import drop, protect, run

revision = "20261124_1900"
down_revision = None

SCOPE = (
    """CREATE FUNCTION app_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.tenant', true), '')::uuid $$""",
    """CREATE FUNCTION app_user() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('app.user', true), '')::uuid $$""",
    """CREATE FUNCTION app_reach() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(nullif(current_setting('app.reach', true), ''), 'none') $$""",
    """CREATE FUNCTION app_teams() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT coalesce(nullif(current_setting('app.teams', true), ''), '{}')::uuid[] $$""",
    "GRANT USAGE ON SCHEMA public TO app_rw, app_ro, app_job",
)
PEOPLE = (
    """CREATE TABLE tenants (
        id uuid PRIMARY KEY, code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9-]{1,40}$'),
        name text NOT NULL, zone text NOT NULL, currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        language text NOT NULL CHECK (language IN ('zh-CN', 'en')),
        created_at timestamptz NOT NULL DEFAULT now())""",
    """CREATE TABLE teams (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, name text NOT NULL CHECK (name <> ''),
        kind text NOT NULL CHECK (kind IN ('field', 'desk')), UNIQUE (tenant_id, name))""",
    """CREATE TABLE users (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants,
        login text NOT NULL CHECK (login ~ '^[a-z0-9._@-]{2,80}$'), name text NOT NULL CHECK (name <> ''),
        role text NOT NULL CHECK (role IN ('collector', 'caller', 'lead', 'risk', 'compliance', 'finance',
            'auditor', 'admin', 'agency', 'client')),
        language text NOT NULL CHECK (language IN ('zh-CN', 'en')), zone text NOT NULL,
        password_hash text, start_point geography(Point, 4326), end_point geography(Point, 4326),
        shift_start_minute integer NOT NULL DEFAULT 540 CHECK (shift_start_minute BETWEEN 0 AND 1439),
        shift_end_minute integer NOT NULL DEFAULT 1080 CHECK (shift_end_minute BETWEEN 1 AND 1440),
        is_active boolean NOT NULL DEFAULT true, created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (tenant_id, login), CHECK (shift_start_minute < shift_end_minute))""",
    """CREATE TABLE team_members (
        tenant_id uuid NOT NULL, team_id uuid NOT NULL REFERENCES teams, user_id uuid NOT NULL REFERENCES users,
        PRIMARY KEY (team_id, user_id))""",
    "CREATE INDEX team_members_user ON team_members (user_id)",
    """CREATE TABLE devices (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, user_id uuid NOT NULL REFERENCES users,
        label text NOT NULL, public_key bytea NOT NULL, registered_at timestamptz NOT NULL DEFAULT now(),
        revoked_at timestamptz, last_seen_at timestamptz, app_version text NOT NULL DEFAULT '',
        last_seq bigint NOT NULL DEFAULT 0, unsent_count integer NOT NULL DEFAULT 0,
        clock_offset_ms bigint NOT NULL DEFAULT 0)""",
    "CREATE INDEX devices_user ON devices (tenant_id, user_id)",
    """CREATE TABLE duties (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, user_id uuid NOT NULL REFERENCES users,
        started_at timestamptz NOT NULL, ended_at timestamptz, place geography(Point, 4326), place_at timestamptz,
        CHECK (ended_at IS NULL OR ended_at >= started_at))""",
    "CREATE UNIQUE INDEX duties_open ON duties (tenant_id, user_id) WHERE ended_at IS NULL",
)
# Read before a tenant is known, by the hash of a secret or by a login name; they carry no personal data beyond it,
# and have no policy: the test of policies lists them with this reason.
DOORS = (
    """CREATE TABLE sign_in_names (
        login text PRIMARY KEY, tenant_id uuid NOT NULL, user_id uuid NOT NULL,
        failed_count integer NOT NULL DEFAULT 0, failed_at timestamptz)""",
    """CREATE TABLE sessions (
        token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32), tenant_id uuid NOT NULL, user_id uuid NOT NULL,
        role text NOT NULL, reach text NOT NULL CHECK (reach IN ('own', 'team', 'tenant')),
        team_ids uuid[] NOT NULL, device_id uuid, csrf_hash bytea NOT NULL, created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL)""",
    "CREATE INDEX sessions_user ON sessions (tenant_id, user_id)",
    "CREATE INDEX sessions_expiry ON sessions (expires_at)",
    """CREATE TABLE sign_in_links (
        token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32), tenant_id uuid NOT NULL, user_id uuid NOT NULL,
        expires_at timestamptz NOT NULL, used_at timestamptz)""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON tenants, sign_in_names, sessions, sign_in_links TO app_rw, app_job",
    "GRANT SELECT ON tenants TO app_ro",
)


def upgrade() -> None:
    """Make the scope functions, then people, then the doors that are read before a tenant is known."""
    run(*SCOPE, *PEOPLE, *DOORS)
    for table in ("teams", "users", "team_members", "devices", "duties"):
        protect(table)


def downgrade() -> None:
    """Take everything of this step away."""
    drop("sign_in_links", "sessions", "sign_in_names", "duties", "devices", "team_members", "users", "teams", "tenants")
    for name in ("app_teams", "app_reach", "app_user", "app_tenant"):
        run(f"DROP FUNCTION {name}()")
