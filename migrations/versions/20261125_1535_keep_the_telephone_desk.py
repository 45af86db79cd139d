"""The telephone desk: until when the gate holds a case back, and what later steps take away again until it is written.

Results as data, calls to be made at a time, who was asked who they are, where a number was found.
"""

from migrations.sql import SEES_CASE, drop, protect, run

revision = "20261125_1535"
down_revision = "20261125_1534"

TABLES = (
    # What the gate said of a case when the queue last looked: a row spares looking again until it may be different.
    """CREATE TABLE call_openings (
        tenant_id uuid NOT NULL REFERENCES tenants, case_id uuid NOT NULL REFERENCES cases, opens_at timestamptz,
        look_again_at timestamptz NOT NULL, rule_ids text[] NOT NULL, judged_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, case_id))""",
    # What the shipped results become at this lender; a version never changes.
    """CREATE TABLE result_tables (
        tenant_id uuid NOT NULL REFERENCES tenants, version integer NOT NULL CHECK (version > 0), lines jsonb NOT NULL,
        diff jsonb NOT NULL, published_by uuid NOT NULL, published_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, version))""",
    """CREATE TABLE result_drafts (
        tenant_id uuid PRIMARY KEY REFERENCES tenants, base_version integer NOT NULL CHECK (base_version >= 0),
        lines jsonb NOT NULL, edited_by uuid NOT NULL, edited_at timestamptz NOT NULL)""",
    "ALTER TABLE calls ADD COLUMN results_version integer NOT NULL DEFAULT 0 CHECK (results_version >= 0)",
    """CREATE TABLE callbacks (
        id uuid NOT NULL, tenant_id uuid NOT NULL REFERENCES tenants, case_id uuid NOT NULL REFERENCES cases,
        call_id uuid REFERENCES calls, contact_point_id uuid REFERENCES contact_points, user_id uuid NOT NULL,
        promised_by uuid NOT NULL, at timestamptz NOT NULL, made_at timestamptz NOT NULL, reminded_at timestamptz,
        ended_at timestamptz, ended_as text CHECK (ended_as IN ('made', 'replaced', 'withdrawn')),
        PRIMARY KEY (tenant_id, id), CHECK ((ended_at IS NULL) = (ended_as IS NULL)))""",
    "CREATE UNIQUE INDEX callbacks_one_open ON callbacks (tenant_id, case_id) WHERE ended_at IS NULL",
    "CREATE INDEX callbacks_due ON callbacks (tenant_id, at) WHERE ended_at IS NULL",
    "CREATE INDEX callbacks_call ON callbacks (tenant_id, call_id) WHERE call_id IS NOT NULL",
    """CREATE TABLE identity_checks (
        id uuid NOT NULL, tenant_id uuid NOT NULL REFERENCES tenants, case_id uuid NOT NULL REFERENCES cases,
        user_id uuid NOT NULL, asked text[] NOT NULL, matched text[] NOT NULL, is_passed boolean NOT NULL,
        at timestamptz NOT NULL, PRIMARY KEY (tenant_id, id))""",
    "CREATE INDEX identity_checks_case ON identity_checks (tenant_id, case_id, user_id, at DESC)",
    """CREATE TABLE number_findings (
        tenant_id uuid NOT NULL REFERENCES tenants, contact_point_id uuid NOT NULL REFERENCES contact_points,
        case_id uuid NOT NULL REFERENCES cases, source text NOT NULL CHECK (source <> ''),
        basis text NOT NULL CHECK (basis <> ''), note text NOT NULL, found_by uuid NOT NULL, found_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, contact_point_id))""",
    # The zones of a lender's clients are few: they are found by leaping along this index.
    "CREATE INDEX obligors_zone ON obligors (tenant_id, zone)",
)
BY_CASE = ("call_openings", "callbacks")
FACTS_BY_CASE = ("identity_checks", "number_findings")


def upgrade() -> None:
    """Make the tables; what hangs on a case is seen by who sees the case."""
    run(*TABLES)
    for table in BY_CASE:
        protect(table, read=SEES_CASE.format(table=table))
    for table in FACTS_BY_CASE:
        protect(table, read=SEES_CASE.format(table=table), append_only=True)
    protect("result_tables", append_only=True)
    protect("result_drafts")


def downgrade() -> None:
    """Take them away; calls lose the version under which they were logged."""
    run("DROP INDEX obligors_zone", "ALTER TABLE calls DROP COLUMN results_version")
    drop("number_findings", "identity_checks", "callbacks", "result_drafts", "result_tables", "call_openings")
