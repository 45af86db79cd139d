"""Until when does the gate hold a case back from the desk? Kept, so that blocked heads of a queue are not judged anew."""

from migrations.sql import SEES_CASE, drop, protect, run

revision = "20261125_1535"
down_revision = "20261125_1534"

TABLES = (
    # What the gate said of a case when the queue last looked: a row spares looking again until it may be different.
    """CREATE TABLE call_openings (
        tenant_id uuid NOT NULL REFERENCES tenants, case_id uuid NOT NULL REFERENCES cases, opens_at timestamptz,
        look_again_at timestamptz NOT NULL, rule_ids text[] NOT NULL, judged_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, case_id))""",
    # The zones of a lender's clients are few: they are found by leaping along this index.
    "CREATE INDEX obligors_zone ON obligors (tenant_id, zone)",
)


def upgrade() -> None:
    """Make the table; it is seen by who sees the case."""
    run(*TABLES)
    protect("call_openings", read=SEES_CASE.format(table="call_openings"))


def downgrade() -> None:
    """Take it away; the queue judges each case anew."""
    run("DROP INDEX obligors_zone")
    drop("call_openings")
