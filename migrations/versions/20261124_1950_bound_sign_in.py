"""Failed sign-ins and device challenges, read before a tenant is known; a reader of the database sees no password hash."""

from migrations.sql import drop, run

revision = "20261124_1950"
down_revision = "20261124_1945"

# Unlogged: after a crash of the server everybody starts with a clean slate, and a flood costs no write-ahead log.
# Both are doors like those of 20261124_1900: hashes only, no policy.
DOORS = (
    """CREATE UNLOGGED TABLE sign_in_failures (
        key bytea PRIMARY KEY CHECK (length(key) = 32), failed_count integer NOT NULL CHECK (failed_count >= 0),
        failed_at timestamptz NOT NULL)""",
    "CREATE INDEX sign_in_failures_age ON sign_in_failures (failed_at)",
    """CREATE UNLOGGED TABLE device_challenges (
        nonce_hash bytea PRIMARY KEY CHECK (length(nonce_hash) = 32), device_id uuid NOT NULL,
        expires_at timestamptz NOT NULL)""",
    "CREATE INDEX device_challenges_expiry ON device_challenges (expires_at)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in_failures, device_challenges TO app_rw, app_job",
)
READABLE_OF_USERS = (
    "id, tenant_id, login, name, role, language, zone, start_point, end_point, shift_start_minute, shift_end_minute,"
    " is_active, created_at"
)


def upgrade() -> None:
    """Count failures by a hash of the name, known or not; protect cookies by Origin and header instead of a token."""
    run(*DOORS)
    run(
        "ALTER TABLE sign_in_names DROP COLUMN failed_count, DROP COLUMN failed_at",
        "ALTER TABLE sessions DROP COLUMN csrf_hash",
        "REVOKE SELECT ON users FROM app_ro",
        f"GRANT SELECT ({READABLE_OF_USERS}) ON users TO app_ro",
    )


def downgrade() -> None:
    """Take it back; whoever is signed in signs in again."""
    run(
        f"REVOKE SELECT ({READABLE_OF_USERS}) ON users FROM app_ro",
        "GRANT SELECT ON users TO app_ro",
        "DELETE FROM sessions",
        "ALTER TABLE sessions ADD COLUMN csrf_hash bytea NOT NULL",
        "ALTER TABLE sign_in_names ADD COLUMN failed_count integer NOT NULL DEFAULT 0, ADD COLUMN failed_at timestamptz",
    )
    drop("device_challenges", "sign_in_failures")
