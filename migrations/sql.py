"""Which statements does every tenant table need? Row-level security, its policies and its grants, said once."""

from alembic import op

TENANT = "tenant_id = (SELECT app_tenant())"
SEES_CASE = (
    f"{TENANT} AND ((SELECT app_reach()) = 'tenant' OR EXISTS (SELECT 1 FROM cases WHERE cases.id = {{table}}.case_id))"
)
SEES_OBLIGOR = (
    f"{TENANT} AND ((SELECT app_reach()) = 'tenant'"
    " OR EXISTS (SELECT 1 FROM cases WHERE cases.obligor_id = {table}.{column}))"
)


def run(*statements: str) -> None:
    """Run statements one by one; a statement is one string without parameters."""
    for statement in statements:
        op.execute(statement)


def protect(table: str, *, read: str = TENANT, write: str = TENANT, append_only: bool = False) -> None:
    """Switch row-level security on, for the owner too; `read` bounds what is seen and changed, `write` what is put."""
    run(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({read})",
        f"CREATE POLICY {table}_put ON {table} FOR INSERT WITH CHECK ({write})",
        f"GRANT SELECT ON {table} TO app_ro",
    )
    if append_only:
        run(f"GRANT SELECT, INSERT ON {table} TO app_rw, app_job")
        return
    run(
        f"CREATE POLICY {table}_change ON {table} FOR UPDATE USING ({read}) WITH CHECK ({write})",
        f"CREATE POLICY {table}_remove ON {table} FOR DELETE USING ({read})",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO app_rw, app_job",
    )


def drop(*tables: str) -> None:
    """Drop tables, the dependent ones first."""
    run(*(f"DROP TABLE IF EXISTS {table}" for table in tables))
