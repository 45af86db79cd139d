"""Photos as they were shot follow later; audio notes and signatures are evidence too; a visit says how it was filled in."""

from migrations.sql import run

revision = "20261125_0131"
down_revision = "20261125_0126"

KINDS = "ALTER TABLE evidence ADD CONSTRAINT evidence_kind_check CHECK (kind IN ({kinds}))"
SCOPES = "ALTER TABLE evidence ADD CONSTRAINT evidence_scope_check CHECK (scope IN ('outside', 'document', 'inside'))"
RECORDS = "ALTER TABLE retention_rules ADD CONSTRAINT retention_rules_record_check CHECK (record IN ({records}))"
DROP_CHECKS = tuple(
    f"ALTER TABLE evidence DROP CONSTRAINT evidence_{name}_check" for name in ("kind", "scope", "consent_by")
)


def upgrade() -> None:
    """Add what the three kinds need; of a photo that is here already, no phone has kept the original."""
    run(
        """ALTER TABLE tenants ADD COLUMN originals text NOT NULL DEFAULT 'wifi'
            CHECK (originals IN ('never', 'wifi', 'always'))""",
        *DROP_CHECKS,
        "ALTER TABLE evidence ALTER COLUMN scope DROP NOT NULL",
        KINDS.format(kinds="'photo', 'audio', 'signature'"),
        SCOPES,
        """ALTER TABLE evidence
            ADD CONSTRAINT evidence_consent_by_check CHECK (consent_by IN ('client', 'household', 'company', 'self')),
            ADD COLUMN duration_ms integer, ADD COLUMN statement text,
            ADD COLUMN original_state text NOT NULL DEFAULT 'none'
                CHECK (original_state IN ('none', 'not_kept', 'awaited', 'stored', 'refused', 'given_up')),
            ADD COLUMN original_at timestamptz, ADD COLUMN original_reason text,
            ADD CONSTRAINT evidence_scope_of_kind CHECK ((kind = 'photo') = (scope IS NOT NULL)),
            ADD CONSTRAINT evidence_duration_of_kind CHECK ((kind = 'audio') = (duration_ms IS NOT NULL)),
            ADD CONSTRAINT evidence_statement_of_kind CHECK ((kind = 'signature') = (statement IS NOT NULL))""",
        "ALTER TABLE evidence NO FORCE ROW LEVEL SECURITY",
        "UPDATE evidence SET original_state = 'not_kept' WHERE original_sha256 <> sha256",
        "ALTER TABLE evidence FORCE ROW LEVEL SECURITY",
        "CREATE INDEX evidence_original ON evidence (tenant_id, original_sha256)",
        "ALTER TABLE visits ADD COLUMN form jsonb",
        "ALTER TABLE retention_rules DROP CONSTRAINT retention_rules_record_check",
        RECORDS.format(records="'photo', 'audio', 'signature'"),
    )


def downgrade() -> None:
    """Take it away; a note and a signature are then photos that were refused, for nothing else can be said of them."""
    run(
        "ALTER TABLE retention_rules NO FORCE ROW LEVEL SECURITY",
        "DELETE FROM retention_rules WHERE record <> 'photo'",
        "ALTER TABLE retention_rules FORCE ROW LEVEL SECURITY",
        "ALTER TABLE retention_rules DROP CONSTRAINT retention_rules_record_check",
        RECORDS.format(records="'photo'"),
        "ALTER TABLE visits DROP COLUMN form",
        "DROP INDEX evidence_original",
        """ALTER TABLE evidence DROP CONSTRAINT evidence_scope_of_kind, DROP CONSTRAINT evidence_duration_of_kind,
            DROP CONSTRAINT evidence_statement_of_kind""",
        *DROP_CHECKS,
        "ALTER TABLE evidence NO FORCE ROW LEVEL SECURITY",
        """UPDATE evidence SET kind = 'photo', scope = 'document', consent_by = nullif(consent_by, 'self'),
            state = 'refused', refusal = 'evidence.not_a_photo' WHERE kind <> 'photo'""",
        "ALTER TABLE evidence FORCE ROW LEVEL SECURITY",
        """ALTER TABLE evidence DROP COLUMN duration_ms, DROP COLUMN statement, DROP COLUMN original_state,
            DROP COLUMN original_at, DROP COLUMN original_reason, ALTER COLUMN scope SET NOT NULL,
            ADD CONSTRAINT evidence_consent_by_check CHECK (consent_by IN ('client', 'household', 'company'))""",
        KINDS.format(kinds="'photo'"),
        SCOPES,
        "ALTER TABLE tenants DROP COLUMN originals",
    )
