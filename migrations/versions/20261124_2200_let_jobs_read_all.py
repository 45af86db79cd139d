"""How is a database backed up without a superuser? As the role of jobs, which may now read every table whole."""

from migrations.sql import run

revision = "20261124_2200"
down_revision = "20261124_2150"

# Partitions, the list of steps and sequences are the owner's; by name, for a dump copies each by itself. The owner
# itself is bound by row-level security and would copy nothing.
FOR_EACH = """DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT c.oid::regclass AS name, c.relkind FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'S')
            AND pg_get_userbyid(c.relowner) = current_user AND NOT has_table_privilege('app_job', c.oid, 'SELECT')
    LOOP EXECUTE format('GRANT SELECT ON %s %s TO app_job',
        CASE one.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, one.name); END LOOP; END $$"""
ONLY_HERE = ("TABLE alembic_version", "TABLE events_default", "SEQUENCE case_numbers")


def upgrade() -> None:
    """Let app_job read what is there, and what the owner makes later (the partition of a month)."""
    run(
        FOR_EACH,
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO app_job",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO app_job",
    )


def downgrade() -> None:
    """Take it away again; tables that grant it in a step of their own keep it."""
    run(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM app_job",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON SEQUENCES FROM app_job",
        *(f"REVOKE SELECT ON {thing} FROM app_job" for thing in ONLY_HERE),
    )
