"""The server's half of the key that opens a phone, and whose device a lost one was."""

from migrations.sql import drop, protect, run

revision = "20261124_2235"
down_revision = "20261124_2230"

# Asked before anybody is known, by a device that then proves itself: tenant and person of a device, nothing else.
OWNER = """
CREATE FUNCTION owner_of_device(device uuid) RETURNS TABLE (tenant_id uuid, user_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.tenant_id, d.user_id FROM devices d WHERE d.id = device
$$"""
SIGNATURE = "owner_of_device(uuid)"


def upgrade() -> None:
    """Make the table of shares and the two settings of a lender; make the function as app_job."""
    run(
        """ALTER TABLE tenants ADD COLUMN phone_lease_hours integer NOT NULL DEFAULT 12
            CHECK (phone_lease_hours BETWEEN 1 AND 168),
            ADD COLUMN may_start_cold boolean NOT NULL DEFAULT false""",
        """CREATE TABLE device_locks (
            tenant_id uuid NOT NULL REFERENCES tenants, device_id uuid PRIMARY KEY REFERENCES devices,
            share bytea CHECK (octet_length(share) = 32), verifier bytea CHECK (octet_length(verifier) = 32),
            tries_left integer NOT NULL CHECK (tries_left >= 0), made_at timestamptz NOT NULL, spent_at timestamptz,
            CHECK ((share IS NULL) = (spent_at IS NOT NULL)), CHECK ((verifier IS NULL) = (spent_at IS NOT NULL)))""",
    )
    protect("device_locks")
    run("GRANT CREATE ON SCHEMA public TO app_job", "SET LOCAL ROLE app_job", OWNER)
    run(f"REVOKE ALL ON FUNCTION {SIGNATURE} FROM public", f"GRANT EXECUTE ON FUNCTION {SIGNATURE} TO app_rw")
    run("SET LOCAL ROLE app_owner", "REVOKE CREATE ON SCHEMA public FROM app_job")


def downgrade() -> None:
    """Take them away."""
    run(f"DROP FUNCTION {SIGNATURE}")
    drop("device_locks")
    run("ALTER TABLE tenants DROP COLUMN may_start_cold, DROP COLUMN phone_lease_hours")
