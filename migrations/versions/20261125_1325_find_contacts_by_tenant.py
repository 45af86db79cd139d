"""Contacts of a person are found by one index: with two, the planner read all of a lender's rows for each person."""

from migrations.sql import run

revision = "20261125_1325"
down_revision = "20261125_1315"


def upgrade() -> None:
    """Let the three indexes begin with the tenant, as the keys do."""
    run(
        "DROP INDEX contact_events_obligor",
        "CREATE INDEX contact_events_obligor ON contact_events (tenant_id, obligor_id, at DESC)",
        "DROP INDEX contact_stops_obligor",
        "CREATE INDEX contact_stops_obligor ON contact_stops (tenant_id, obligor_id)",
        "DROP INDEX contact_agreements_obligor",
        "CREATE INDEX contact_agreements_obligor ON contact_agreements (tenant_id, obligor_id)",
    )


def downgrade() -> None:
    """Take the tenant out of them."""
    run(
        "DROP INDEX contact_agreements_obligor",
        "CREATE INDEX contact_agreements_obligor ON contact_agreements (obligor_id)",
        "DROP INDEX contact_stops_obligor",
        "CREATE INDEX contact_stops_obligor ON contact_stops (obligor_id)",
        "DROP INDEX contact_events_obligor",
        "CREATE INDEX contact_events_obligor ON contact_events (obligor_id, at DESC)",
    )
