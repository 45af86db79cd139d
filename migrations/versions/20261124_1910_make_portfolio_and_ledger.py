"""Who owes what: obligors, people around them, contact points, addresses, accounts, schedules, money."""

from migrations.sql import drop, run

revision = "20261124_1910"
down_revision = "20261124_1905"

OBLIGORS = (
    """CREATE TABLE obligors (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, external_ref text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('person', 'company')), name text NOT NULL CHECK (name <> ''),
        name_sort text NOT NULL, id_number text, language text NOT NULL, zone text NOT NULL,
        employer text, job text, attributes jsonb NOT NULL DEFAULT '{}', row_hash bytea NOT NULL,
        UNIQUE (tenant_id, external_ref))""",
    """CREATE TABLE related_parties (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, obligor_id uuid NOT NULL REFERENCES obligors,
        external_ref text NOT NULL, role text NOT NULL CHECK (role IN ('co_borrower', 'guarantor', 'related', 'unrelated')),
        relation text NOT NULL, name text NOT NULL CHECK (name <> ''),
        consent text NOT NULL CHECK (consent IN ('given', 'withdrawn', 'unknown')), source text NOT NULL,
        may_contact boolean NOT NULL, row_hash bytea NOT NULL, UNIQUE (tenant_id, external_ref))""",
    "CREATE INDEX related_parties_obligor ON related_parties (obligor_id)",
    """CREATE TABLE contact_points (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, obligor_id uuid NOT NULL REFERENCES obligors,
        related_party_id uuid REFERENCES related_parties,
        kind text NOT NULL CHECK (kind IN ('mobile', 'phone', 'email', 'wechat')),
        value text NOT NULL, normal text NOT NULL,
        status text NOT NULL CHECK (status IN ('unknown', 'verified', 'wrong', 'dead', 'stopped')),
        consent text NOT NULL CHECK (consent IN ('given', 'withdrawn', 'unknown')), source text NOT NULL,
        may_contact boolean NOT NULL, row_hash bytea NOT NULL,
        UNIQUE NULLS NOT DISTINCT (tenant_id, obligor_id, related_party_id, kind, normal))""",
    """CREATE TABLE addresses (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, obligor_id uuid NOT NULL REFERENCES obligors,
        related_party_id uuid REFERENCES related_parties,
        kind text NOT NULL CHECK (kind IN ('home', 'work', 'registered', 'collateral', 'other')),
        line text NOT NULL CHECK (line <> ''), place geography(Point, 4326), place_source text NOT NULL,
        status text NOT NULL CHECK (status IN ('unknown', 'verified', 'wrong', 'moved')), source text NOT NULL,
        row_hash bytea NOT NULL, UNIQUE NULLS NOT DISTINCT (tenant_id, obligor_id, related_party_id, kind, line))""",
    "CREATE INDEX addresses_place ON addresses USING gist (place)",
)
ACCOUNTS = (
    """CREATE TABLE accounts (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, obligor_id uuid NOT NULL REFERENCES obligors,
        external_ref text NOT NULL, kind text NOT NULL CHECK (kind IN ('personal', 'corporate', 'special')),
        product text NOT NULL, currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        principal_minor bigint NOT NULL CHECK (principal_minor >= 0), annual_rate_ppm integer,
        opened_on date, matures_on date, status text NOT NULL, attributes jsonb NOT NULL DEFAULT '{}',
        row_hash bytea NOT NULL, UNIQUE (tenant_id, external_ref))""",
    "CREATE INDEX accounts_obligor ON accounts (obligor_id)",
    """CREATE TABLE collateral (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, account_id uuid NOT NULL REFERENCES accounts,
        obligor_id uuid NOT NULL REFERENCES obligors, external_ref text NOT NULL, kind text NOT NULL,
        description text NOT NULL, value_minor bigint CHECK (value_minor >= 0), currency text NOT NULL,
        row_hash bytea NOT NULL, UNIQUE (tenant_id, external_ref))""",
    """CREATE TABLE instalments (
        tenant_id uuid NOT NULL, account_id uuid NOT NULL REFERENCES accounts, number integer NOT NULL CHECK (number > 0),
        due_on date NOT NULL, principal_minor bigint NOT NULL, interest_minor bigint NOT NULL, fee_minor bigint NOT NULL,
        row_hash bytea NOT NULL, PRIMARY KEY (account_id, number))""",
)
LEDGER = (
    """CREATE TABLE payments (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, account_id uuid NOT NULL REFERENCES accounts,
        obligor_id uuid NOT NULL, external_ref text NOT NULL, paid_on date NOT NULL,
        amount_minor bigint NOT NULL CHECK (amount_minor > 0), currency text NOT NULL, mode text NOT NULL,
        reversed_on date, row_hash bytea NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (tenant_id, external_ref))""",
    "CREATE INDEX payments_account ON payments (account_id, paid_on)",
    """CREATE TABLE balances (
        tenant_id uuid NOT NULL, account_id uuid NOT NULL REFERENCES accounts, obligor_id uuid NOT NULL,
        as_of date NOT NULL, principal_minor bigint NOT NULL, interest_minor bigint NOT NULL,
        penalty_minor bigint NOT NULL, fee_minor bigint NOT NULL, overdue_minor bigint NOT NULL CHECK (overdue_minor >= 0),
        days_past_due integer NOT NULL CHECK (days_past_due >= 0), currency text NOT NULL, row_hash bytea NOT NULL,
        PRIMARY KEY (account_id, as_of))""",
    "CREATE INDEX balances_obligor ON balances (obligor_id, as_of DESC)",
)


def upgrade() -> None:
    """Make the tables; their policies come with the cases, because what is seen follows the cases."""
    run(*OBLIGORS, *ACCOUNTS, *LEDGER)


def downgrade() -> None:
    """Take them away again."""
    drop("balances", "payments", "instalments", "collateral", "accounts")
    drop("addresses", "contact_points", "related_parties", "obligors")
