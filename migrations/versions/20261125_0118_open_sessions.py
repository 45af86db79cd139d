"""A session of a locked phone reads only what was opened: who proved the PIN or passkey holds a secret in memory."""

from migrations.sql import drop, run

revision = "20261125_0118"
down_revision = "20261124_2320"

# Every session of a locked phone is marked, because a session is read before a tenant is known.
MARK = (
    "ALTER TABLE devices NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE device_locks NO FORCE ROW LEVEL SECURITY",
    """UPDATE devices SET lock_settled_at = coalesce(l.spent_at, l.made_at) FROM device_locks l
        WHERE l.device_id = devices.id""",
    """UPDATE sessions SET is_locked = true FROM devices d
        WHERE d.id = sessions.device_id AND d.lock_settled_at IS NOT NULL""",
    "ALTER TABLE device_locks FORCE ROW LEVEL SECURITY",
    "ALTER TABLE devices FORCE ROW LEVEL SECURITY",
)


def upgrade() -> None:
    """Make the table of openings; mark what is locked already."""
    run(
        "ALTER TABLE devices ADD COLUMN lock_settled_at timestamptz",
        "ALTER TABLE sessions ADD COLUMN is_locked boolean NOT NULL DEFAULT false",
        """CREATE TABLE session_openings (
            token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
            session_hash bytea NOT NULL REFERENCES sessions ON DELETE CASCADE,
            opened_at timestamptz NOT NULL, open_until timestamptz NOT NULL, CHECK (open_until > opened_at))""",
        "CREATE INDEX session_openings_session ON session_openings (session_hash, opened_at)",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON session_openings TO app_rw, app_job",
        *MARK,
    )


def downgrade() -> None:
    """Take it away; then the cookie alone reads again."""
    drop("session_openings")
    run("ALTER TABLE sessions DROP COLUMN is_locked", "ALTER TABLE devices DROP COLUMN lock_settled_at")
