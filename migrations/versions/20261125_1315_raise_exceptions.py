"""Which verdict stands for which contact that was made, and which contacts would have been held back."""

from migrations.sql import SEES_CASE, drop, protect, run

revision = "20261125_1315"
down_revision = "20261125_1305"

TABLES = (
    """CREATE TABLE contact_verdicts (
        tenant_id uuid NOT NULL, channel text NOT NULL, source_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases,
        verdict_id uuid NOT NULL, decision text NOT NULL CHECK (decision IN ('ALLOW', 'REVIEW', 'BLOCK')),
        recorded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, channel, source_id))""",
    """CREATE TABLE compliance_exceptions (
        id uuid PRIMARY KEY, tenant_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases, channel text NOT NULL,
        source_id uuid NOT NULL, verdict_id uuid NOT NULL, rule_ids text[] NOT NULL CHECK (rule_ids <> '{}'),
        user_id uuid, happened_at timestamptz NOT NULL,
        state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'explained', 'upheld')),
        reason text NOT NULL DEFAULT '', decided_by uuid, decided_at timestamptz,
        recorded_at timestamptz NOT NULL DEFAULT now(), UNIQUE (tenant_id, channel, source_id),
        CHECK ((state = 'open') = (decided_at IS NULL)), CHECK (state = 'open' OR reason <> ''))""",
    "CREATE INDEX compliance_exceptions_open ON compliance_exceptions (tenant_id, happened_at DESC) WHERE state = 'open'",
    "CREATE INDEX compliance_exceptions_case ON compliance_exceptions (case_id)",
)


def upgrade() -> None:
    """Make both tables; the reader of the journal fills them, from its first event on."""
    run(*TABLES)
    protect("contact_verdicts", read=SEES_CASE.format(table="contact_verdicts"), append_only=True)
    protect("compliance_exceptions", read=SEES_CASE.format(table="compliance_exceptions"))


def downgrade() -> None:
    """Take them away; the verdicts stay in the journal."""
    drop("compliance_exceptions", "contact_verdicts")
