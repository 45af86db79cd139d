"""In which zones do a lender's clients live? Named by an index, in a function that reads for one tenant only.

Comparing text is not leakproof, so below a policy the leap from one zone to the next reads every client instead.
"""

from migrations.sql import run

revision = "20261125_1654"
down_revision = "20261125_1629"

FIND_ZONES = """
CREATE FUNCTION find_zones() RETURNS text[] LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE tenant uuid = app_tenant(); zones text[] = '{}'; next_zone text = '';
BEGIN
    LOOP
        SELECT zone INTO next_zone FROM obligors WHERE tenant_id = tenant AND zone > next_zone ORDER BY zone LIMIT 1;
        EXIT WHEN NOT FOUND OR cardinality(zones) >= 600;
        zones = zones || next_zone;
    END LOOP;
    RETURN zones;
END $$"""


def upgrade() -> None:
    """Make the function as app_job, which may create here for that moment only."""
    run("GRANT CREATE ON SCHEMA public TO app_job", "SET LOCAL ROLE app_job", FIND_ZONES)
    run("REVOKE ALL ON FUNCTION find_zones() FROM public", "GRANT EXECUTE ON FUNCTION find_zones() TO app_rw")
    run("SET LOCAL ROLE app_owner", "REVOKE CREATE ON SCHEMA public FROM app_job")


def downgrade() -> None:
    """Take the function away."""
    run("DROP FUNCTION find_zones()")
