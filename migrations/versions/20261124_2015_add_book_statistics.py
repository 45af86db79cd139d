"""How does the planner learn of a book that grew within minutes? The importer may ask for statistics of its tables."""

from migrations.sql import run

revision = "20261124_2015"
down_revision = "20261124_2010"

TABLES = (
    "obligors", "related_parties", "contact_points", "addresses", "accounts", "collateral", "instalments", "payments",
    "balances", "cases",
)  # fmt: skip
# ANALYZE is the owner's right; this is all that the other roles get of it.
LEARN = (
    "CREATE FUNCTION learn_book_statistics() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$"
    f" BEGIN ANALYZE {', '.join(TABLES)}; END $$"
)


def upgrade() -> None:
    """Make the function and let the API and the jobs call it."""
    run(
        LEARN,
        "REVOKE ALL ON FUNCTION learn_book_statistics() FROM PUBLIC",
        "GRANT EXECUTE ON FUNCTION learn_book_statistics() TO app_rw, app_job",
    )


def downgrade() -> None:
    """Take it away again; the database then learns by itself, a minute later."""
    run("DROP FUNCTION learn_book_statistics()")
