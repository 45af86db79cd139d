"""Which lender is the demo's, and does it live? One row, written where the demo is made; only jobs may add one."""

from migrations.sql import TENANT, drop, run

revision = "20261124_2210"
down_revision = "20261124_2205"

SWITCHES = """CREATE TABLE demo_switches (
    tenant_id uuid PRIMARY KEY REFERENCES tenants, is_on boolean NOT NULL, changed_at timestamptz NOT NULL,
    changed_by uuid REFERENCES users)"""


def upgrade() -> None:
    """Make the table; the API may turn the switch of its own tenant, never mark a lender as the demo's."""
    run(
        SWITCHES,
        "ALTER TABLE demo_switches ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE demo_switches FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY demo_switches_read ON demo_switches FOR SELECT USING ({TENANT})",
        f"CREATE POLICY demo_switches_change ON demo_switches FOR UPDATE USING ({TENANT}) WITH CHECK ({TENANT})",
        "GRANT SELECT ON demo_switches TO app_rw, app_ro",
        "GRANT UPDATE (is_on, changed_at, changed_by) ON demo_switches TO app_rw",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON demo_switches TO app_job",
    )


def downgrade() -> None:
    """Take it away again."""
    drop("demo_switches")
