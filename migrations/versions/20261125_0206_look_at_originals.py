"""What does the original of a photo show, and what did its camera write? The smaller copy has lost that."""

from migrations.sql import TENANT, drop, protect, run

revision = "20261125_0206"
down_revision = "20261125_0153"

SEES_EVIDENCE = f"{TENANT} AND EXISTS (SELECT 1 FROM evidence WHERE evidence.id = evidence_originals.evidence_id)"


def upgrade() -> None:
    """Make the table; originals get a line of their own of what is still to be looked at."""
    run(
        "ALTER TABLE evidence ADD COLUMN original_examined_at timestamptz,"
        " ADD COLUMN original_examine_after timestamptz NOT NULL DEFAULT now(),"
        " ADD COLUMN original_examine_tries integer NOT NULL DEFAULT 0",
        "CREATE INDEX evidence_originals_unexamined ON evidence (original_examine_after)"
        " WHERE original_state = 'stored' AND original_examined_at IS NULL",
        """CREATE TABLE evidence_originals (
            evidence_id uuid PRIMARY KEY REFERENCES evidence, tenant_id uuid NOT NULL, fault text, media_type text,
            width_px integer, height_px integer, looks bigint, exif_taken text, exif_lat_e7 integer, exif_lon_e7 integer,
            made_at timestamptz NOT NULL, CHECK ((fault IS NULL) = (looks IS NOT NULL)))""",
    )
    protect("evidence_originals", read=SEES_EVIDENCE, append_only=True)


def downgrade() -> None:
    """Take it away."""
    drop("evidence_originals")
    run(
        "DROP INDEX evidence_originals_unexamined",
        "ALTER TABLE evidence DROP COLUMN original_examined_at, DROP COLUMN original_examine_after,"
        " DROP COLUMN original_examine_tries",
    )
