"""More than a password: codes of an app, codes on paper, passkeys, the company's own sign-in; and who must have one."""

from migrations.sql import drop, protect, run

revision = "20261125_0121"
down_revision = "20261125_0120"

TABLES = (
    """CREATE TABLE second_factor_policies (
        tenant_id uuid NOT NULL REFERENCES tenants, role text NOT NULL,
        demand text NOT NULL CHECK (demand IN ('off', 'offered', 'required')),
        grace_days integer NOT NULL CHECK (grace_days BETWEEN 0 AND 90), set_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, role))""",
    """CREATE TABLE totp_factors (
        tenant_id uuid NOT NULL REFERENCES tenants, user_id uuid PRIMARY KEY REFERENCES users,
        secret bytea NOT NULL, made_at timestamptz NOT NULL, confirmed_at timestamptz, last_step bigint NOT NULL DEFAULT 0)""",
    """CREATE TABLE recovery_codes (
        tenant_id uuid NOT NULL REFERENCES tenants, user_id uuid NOT NULL REFERENCES users,
        slot integer NOT NULL CHECK (slot BETWEEN 0 AND 9), code_hash text NOT NULL, used_at timestamptz,
        PRIMARY KEY (user_id, slot))""",
    """CREATE TABLE passkeys (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, user_id uuid NOT NULL REFERENCES users,
        device_id uuid REFERENCES devices, credential_id bytea NOT NULL UNIQUE CHECK (length(credential_id) <= 1023),
        public_key bytea NOT NULL CHECK (length(public_key) <= 2048), sign_count bigint NOT NULL, label text NOT NULL,
        made_at timestamptz NOT NULL, used_at timestamptz)""",
    "CREATE INDEX passkeys_user ON passkeys (user_id)",
    """CREATE TABLE company_sign_ins (
        tenant_id uuid PRIMARY KEY REFERENCES tenants, issuer text NOT NULL, client_id text NOT NULL, client_secret bytea,
        claim text NOT NULL, counts_as_second boolean NOT NULL, set_at timestamptz NOT NULL)""",
    """CREATE TABLE company_subjects (
        tenant_id uuid NOT NULL REFERENCES tenants, issuer text NOT NULL, subject text NOT NULL,
        user_id uuid NOT NULL REFERENCES users, bound_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, issuer, subject), UNIQUE (tenant_id, user_id))""",
)
# A door like those of 20261124_1900: found by hashes only, no policy; gone after a crash, as the attempt is.
FLOWS = (
    """CREATE UNLOGGED TABLE company_flows (
        state_hash bytea PRIMARY KEY CHECK (length(state_hash) = 32),
        browser_hash bytea NOT NULL CHECK (length(browser_hash) = 32), tenant_id uuid NOT NULL, nonce text NOT NULL,
        verifier text NOT NULL, expires_at timestamptz NOT NULL)""",
    "CREATE INDEX company_flows_expiry ON company_flows (expires_at)",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON company_flows TO app_rw, app_job",
)
PROTECTED = (
    "second_factor_policies", "totp_factors", "recovery_codes", "passkeys", "company_sign_ins", "company_subjects",
)  # fmt: skip
# What may be read by who only reads: no secret, no hash.
READABLE = {
    "totp_factors": "tenant_id, user_id, made_at, confirmed_at",
    "recovery_codes": "tenant_id, user_id, slot, used_at",
    "passkeys": "id, tenant_id, user_id, device_id, label, made_at, used_at",
    "company_sign_ins": "tenant_id, issuer, client_id, claim, counts_as_second, set_at",
}

# Asked before anybody is known, by a passkey that then proves itself; and whether a lender has a sign-in of its own.
FUNCTIONS = (
    """CREATE FUNCTION owner_of_passkey(credential bytea) RETURNS TABLE (tenant_id uuid, user_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.tenant_id, p.user_id FROM passkeys p WHERE p.credential_id = credential
$$""",
    """CREATE FUNCTION lenders_with_company_sign_in(lender text) RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.tenant_id FROM company_sign_ins c JOIN tenants t ON t.id = c.tenant_id
    WHERE lender = '' OR t.code = lender ORDER BY t.code LIMIT 2
$$""",
)
SIGNATURES = ("owner_of_passkey(bytea)", "lenders_with_company_sign_in(text)")


def upgrade() -> None:
    """Make the tables; a session may owe a code, or owe a factor from some moment on."""
    run(*TABLES, *FLOWS)
    for table in PROTECTED:
        protect(table)
    for table, columns in READABLE.items():
        run(f"REVOKE SELECT ON {table} FROM app_ro", f"GRANT SELECT ({columns}) ON {table} TO app_ro")
    run(
        "ALTER TABLE sessions ADD COLUMN owes_code boolean NOT NULL DEFAULT false, ADD COLUMN enrol_by timestamptz",
        "ALTER TABLE users ADD COLUMN factors_reset_at timestamptz",
        "GRANT CREATE ON SCHEMA public TO app_job",
        "SET LOCAL ROLE app_job",
        *FUNCTIONS,
    )
    for signature in SIGNATURES:
        run(f"REVOKE ALL ON FUNCTION {signature} FROM public", f"GRANT EXECUTE ON FUNCTION {signature} TO app_rw")
    run("SET LOCAL ROLE app_owner", "REVOKE CREATE ON SCHEMA public FROM app_job")


def downgrade() -> None:
    """Take it back: whoever still owed a code is signed out."""
    run(*(f"DROP FUNCTION {signature}" for signature in SIGNATURES))
    run(
        "DELETE FROM sessions WHERE owes_code",
        "ALTER TABLE sessions DROP COLUMN enrol_by, DROP COLUMN owes_code",
        "ALTER TABLE users DROP COLUMN factors_reset_at",
    )
    drop("company_flows", *reversed(PROTECTED))
