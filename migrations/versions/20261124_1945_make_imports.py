"""How a book comes in: saved mappings (versions), runs with their progress, refused rows with their reasons."""

from migrations.sql import drop, protect, run

revision = "20261124_1945"
down_revision = "20261124_1925"

IMPORTS = (
    """CREATE TABLE import_mappings (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants,
        name text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,59}$'), version integer NOT NULL CHECK (version > 0),
        body jsonb NOT NULL, saved_by uuid, saved_at timestamptz NOT NULL, UNIQUE (tenant_id, name, version))""",
    """CREATE TABLE import_runs (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, file_name text NOT NULL,
        spool_name text NOT NULL, byte_count bigint NOT NULL, sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
        state text NOT NULL CHECK (state IN ('uploaded', 'running', 'finished', 'failed')),
        mapping_name text, mapping_version integer, mapping jsonb, as_of date, is_dry_run boolean NOT NULL DEFAULT false,
        rows_total bigint, rows_read bigint NOT NULL DEFAULT 0, rows_added bigint NOT NULL DEFAULT 0,
        rows_updated bigint NOT NULL DEFAULT 0, rows_unchanged bigint NOT NULL DEFAULT 0,
        rows_skipped bigint NOT NULL DEFAULT 0, rows_refused bigint NOT NULL DEFAULT 0,
        counts jsonb NOT NULL DEFAULT '{}', cases_opened bigint NOT NULL DEFAULT 0,
        cases_changed bigint NOT NULL DEFAULT 0, header jsonb NOT NULL DEFAULT '[]', failure text,
        started_by uuid, uploaded_at timestamptz NOT NULL, started_at timestamptz, finished_at timestamptz)""",
    "CREATE INDEX import_runs_newest ON import_runs (tenant_id, id DESC)",
    """CREATE TABLE import_refusals (
        run_id uuid NOT NULL REFERENCES import_runs, number bigint NOT NULL, tenant_id uuid NOT NULL,
        line bigint NOT NULL, column_name text NOT NULL, code text NOT NULL, value text NOT NULL,
        cells jsonb NOT NULL, PRIMARY KEY (run_id, number))""",
)


def upgrade() -> None:
    """Make the three tables; whoever may see the tenant sees its imports, the routes ask for the permission."""
    run(*IMPORTS)
    for table in ("import_mappings", "import_runs", "import_refusals"):
        protect(table)


def downgrade() -> None:
    """Take them away again; the book that came in stays."""
    drop("import_refusals", "import_runs", "import_mappings")
