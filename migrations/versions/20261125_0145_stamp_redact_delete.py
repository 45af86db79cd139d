"""Stamps of a third party over heads, redacted copies of photos, and deletions that are due."""

from migrations.sql import SEES_CASE, TENANT, drop, protect, run

revision = "20261125_0145"
down_revision = "20261125_0139"

SEES_EVIDENCE = f"{TENANT} AND EXISTS (SELECT 1 FROM evidence WHERE evidence.id = evidence_redactions.evidence_id)"


def upgrade() -> None:
    """Make the three tables; what a lender deletes waits for two people unless it says otherwise."""
    run(
        """CREATE TABLE seal_stamps (
            tenant_id uuid NOT NULL, number bigint NOT NULL, url text NOT NULL, response bytea NOT NULL,
            stamped_at timestamptz NOT NULL, asked_at timestamptz NOT NULL,
            PRIMARY KEY (tenant_id, number), FOREIGN KEY (tenant_id, number) REFERENCES seals)""",
        """CREATE TABLE evidence_redactions (
            id uuid PRIMARY KEY, evidence_id uuid NOT NULL REFERENCES evidence, tenant_id uuid NOT NULL,
            parent_sha256 bytea NOT NULL CHECK (length(parent_sha256) = 32),
            sha256 bytea NOT NULL CHECK (length(sha256) = 32), size_bytes bigint NOT NULL CHECK (size_bytes > 0),
            areas jsonb NOT NULL, reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 400), made_by uuid NOT NULL,
            made_at timestamptz NOT NULL)""",
        "CREATE INDEX evidence_redactions_of ON evidence_redactions (evidence_id, made_at DESC)",
        """CREATE TABLE evidence_deletions (
            evidence_id uuid PRIMARY KEY REFERENCES evidence, tenant_id uuid NOT NULL,
            case_id uuid NOT NULL REFERENCES cases, basis text NOT NULL CHECK (basis <> ''),
            due_at timestamptz NOT NULL, found_at timestamptz NOT NULL, first_by uuid, first_at timestamptz,
            second_by uuid, second_at timestamptz, deleted_at timestamptz,
            CHECK ((first_by IS NULL) = (first_at IS NULL)), CHECK ((second_by IS NULL) = (second_at IS NULL)),
            CHECK (second_by IS NULL OR first_by <> second_by))""",
        "CREATE INDEX evidence_deletions_open ON evidence_deletions (tenant_id, found_at) WHERE deleted_at IS NULL",
        """ALTER TABLE tenants ADD COLUMN deletion text NOT NULL DEFAULT 'two_people'
            CHECK (deletion IN ('off', 'two_people', 'at_once'))""",
    )
    protect("seal_stamps", append_only=True)
    protect("evidence_redactions", read=SEES_EVIDENCE, append_only=True)
    protect("evidence_deletions", read=SEES_CASE.format(table="evidence_deletions"))


def downgrade() -> None:
    """Take them away; what was deleted stays so."""
    run("ALTER TABLE tenants DROP COLUMN deletion")
    drop("evidence_deletions", "evidence_redactions", "seal_stamps")
