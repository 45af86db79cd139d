"""Calendars, dated facts of limitation with what proves them, the obligations that follow, and notes that say too much."""

from migrations.sql import SEES_CASE, SEES_OBLIGOR, TENANT, drop, protect, run

revision = "20261125_1534"
down_revision = "20261125_1533"

MESSAGE_KINDS = "'plan_published', 'plan_changed', 'case_given', 'case_taken', 'client_paid', 'debt_lowered'"
TABLES = (
    # One notice of one year; a later version of it is a further row, so that it can be told what was known when.
    """CREATE TABLE calendar_notices (
        tenant_id uuid NOT NULL REFERENCES tenants, place text NOT NULL CHECK (place <> ''), year integer NOT NULL
            CHECK (year BETWEEN 1900 AND 2200), version integer NOT NULL CHECK (version > 0),
        weekend integer[] NOT NULL, sources text[] NOT NULL, read_on date NOT NULL, days jsonb NOT NULL,
        sha256 bytea NOT NULL CHECK (length(sha256) = 32), made_by uuid, recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, place, year, version))""",
    """CREATE TABLE limitation_facts (
        id uuid NOT NULL, tenant_id uuid NOT NULL REFERENCES tenants, case_id uuid NOT NULL REFERENCES cases,
        obligor_id uuid NOT NULL REFERENCES obligors, account_id uuid REFERENCES accounts, sort text NOT NULL
            CHECK (sort IN ('act', 'ended', 'obstacle', 'guarantee', 'freeze', 'renewal', 'expiry', 'taken_back')),
        on_date date NOT NULL, names uuid, body jsonb NOT NULL,
        evidence_kind text NOT NULL CHECK (evidence_kind IN ('evidence', 'document', 'event')),
        evidence_ref text NOT NULL CHECK (evidence_ref <> ''), note text NOT NULL, made_by uuid,
        recorded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, names) REFERENCES limitation_facts (tenant_id, id),
        CHECK ((names IS NOT NULL) = (sort IN ('ended', 'renewal', 'taken_back'))))""",
    "CREATE INDEX limitation_facts_obligor ON limitation_facts (tenant_id, obligor_id, on_date)",
    # What the rules make of facts, schedule and payments; made anew when one of them changes, and each day.
    """CREATE TABLE limitation_obligations (
        tenant_id uuid NOT NULL REFERENCES tenants, obligor_id uuid NOT NULL REFERENCES obligors, case_id uuid NOT NULL
            REFERENCES cases, account_id uuid, subject_id uuid NOT NULL, kind text NOT NULL CHECK (kind IN ('claim',
            'enforcement', 'guarantee', 'court_freeze', 'collateral_registration', 'collateral_insurance')),
        act_by date NOT NULL, ends_on date NOT NULL, state text NOT NULL, is_over boolean NOT NULL, set_by text,
        proof text, open_procedure text, years_without_data integer[] NOT NULL, as_of date NOT NULL,
        computed_at timestamptz NOT NULL, UNIQUE NULLS NOT DISTINCT (tenant_id, subject_id, account_id, kind))""",
    "CREATE INDEX limitation_obligations_date ON limitation_obligations (tenant_id, act_by, subject_id)",
    "CREATE INDEX limitation_obligations_obligor ON limitation_obligations (tenant_id, obligor_id)",
    """CREATE TABLE limitation_looks (
        tenant_id uuid NOT NULL REFERENCES tenants, obligor_id uuid NOT NULL REFERENCES obligors, as_of date NOT NULL,
        computed_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, obligor_id))""",
    """CREATE TABLE limitation_alerts (
        tenant_id uuid NOT NULL REFERENCES tenants, obligor_id uuid NOT NULL REFERENCES obligors, case_id uuid NOT NULL
            REFERENCES cases, account_id uuid, subject_id uuid NOT NULL, kind text NOT NULL, act_by date NOT NULL,
        days_before integer NOT NULL CHECK (days_before >= 0), raised_at timestamptz NOT NULL,
        UNIQUE NULLS NOT DISTINCT (tenant_id, subject_id, account_id, kind, act_by, days_before))""",
    """CREATE TABLE note_findings (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, case_id uuid NOT NULL REFERENCES cases,
        source text NOT NULL CHECK (source IN ('visit', 'call')), source_id uuid NOT NULL, user_id uuid,
        happened_at timestamptz NOT NULL, rule_ids text[] NOT NULL CHECK (rule_ids <> '{}'), found jsonb NOT NULL,
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'explained', 'upheld')),
        reason text NOT NULL DEFAULT '', decided_by uuid, decided_at timestamptz,
        recorded_at timestamptz NOT NULL DEFAULT now(), UNIQUE (tenant_id, source, source_id),
        CHECK ((state = 'open') = (decided_at IS NULL)), CHECK (state = 'open' OR reason <> ''))""",
    "CREATE INDEX note_findings_open ON note_findings (tenant_id, happened_at DESC) WHERE state = 'open'",
)


def upgrade() -> None:
    """Make the tables; a message may now say that a date of the law comes near."""
    run(
        *TABLES,
        "ALTER TABLE messages DROP CONSTRAINT messages_kind_check",
        "ALTER TABLE messages ADD CONSTRAINT messages_kind_check"
        f" CHECK (kind IN ({MESSAGE_KINDS}, 'deadline_near')) NOT VALID",
        "ALTER TABLE messages VALIDATE CONSTRAINT messages_kind_check",
    )
    seen = SEES_OBLIGOR.format(table="{table}", column="obligor_id")
    protect("calendar_notices", append_only=True)
    for table in ("limitation_facts", "limitation_alerts"):
        protect(table, read=seen.format(table=table), write=TENANT, append_only=True)
    for table in ("limitation_obligations", "limitation_looks"):
        protect(table, read=seen.format(table=table), write=TENANT)
    protect("note_findings", read=SEES_CASE.format(table="note_findings"))


def downgrade() -> None:
    """Take them away, with the messages that tell of them."""
    drop(
        "note_findings", "limitation_alerts", "limitation_looks", "limitation_obligations", "limitation_facts",
        "calendar_notices",
    )  # fmt: skip
    run(
        "DELETE FROM messages WHERE kind = 'deadline_near'",
        "ALTER TABLE messages DROP CONSTRAINT messages_kind_check",
        f"ALTER TABLE messages ADD CONSTRAINT messages_kind_check CHECK (kind IN ({MESSAGE_KINDS}))",
    )
