"""What is known about a photo beyond its name: its copies, its signed manifest, what is worth a look, the answers."""

from migrations.sql import TENANT, drop, protect, run

revision = "20261124_2300"
down_revision = "20261124_2235"

SEES_EVIDENCE = f"{TENANT} AND EXISTS (SELECT 1 FROM evidence WHERE evidence.id = {{table}}.evidence_id)"
TABLES = (
    """CREATE TABLE evidence_pictures (
        evidence_id uuid PRIMARY KEY REFERENCES evidence, tenant_id uuid NOT NULL, fault text, media_type text,
        width_px integer, height_px integer, looks bigint, exif_taken text, exif_lat_e7 integer, exif_lon_e7 integer,
        made_at timestamptz NOT NULL, CHECK ((fault IS NULL) = (looks IS NOT NULL)))""",
    """CREATE TABLE evidence_manifests (
        evidence_id uuid PRIMARY KEY REFERENCES evidence, tenant_id uuid NOT NULL, user_id uuid NOT NULL,
        device_id uuid NOT NULL, number bigint, text text NOT NULL, signature text NOT NULL,
        manifest_hash bytea NOT NULL CHECK (length(manifest_hash) = 32), taken_at timestamptz,
        lat_e7 integer, lon_e7 integer, accuracy_m integer, bracket_from timestamptz, received_at timestamptz NOT NULL)""",
    "CREATE INDEX evidence_manifests_chain ON evidence_manifests (tenant_id, device_id, number)",
    "CREATE INDEX evidence_manifests_path ON evidence_manifests (tenant_id, user_id, taken_at)",
    """CREATE TABLE evidence_signals (
        evidence_id uuid NOT NULL REFERENCES evidence, tenant_id uuid NOT NULL, code text NOT NULL, detail jsonb NOT NULL,
        at timestamptz NOT NULL, PRIMARY KEY (evidence_id, code))""",
    """CREATE TABLE evidence_answers (
        id uuid PRIMARY KEY, evidence_id uuid NOT NULL REFERENCES evidence, tenant_id uuid NOT NULL,
        user_id uuid NOT NULL, text text NOT NULL CHECK (length(text) BETWEEN 1 AND 4000), at timestamptz NOT NULL)""",
    "CREATE INDEX evidence_answers_of ON evidence_answers (evidence_id, at)",
)
# Two pictures that differ in at most three of 64 bits agree in one of these four quarters.
QUARTERS = (48, 32, 16, 0)


def upgrade() -> None:
    """Make the tables; evidence gets a place in the line of what is still to be looked at."""
    run(
        "ALTER TABLE evidence DROP CONSTRAINT evidence_state_check",
        "ALTER TABLE evidence ADD CONSTRAINT evidence_state_check CHECK (state IN ('awaited', 'stored', 'refused'))",
        "ALTER TABLE evidence ADD COLUMN refusal text, ADD COLUMN examined_at timestamptz,"
        " ADD COLUMN examine_after timestamptz NOT NULL DEFAULT now(), ADD COLUMN examine_tries integer NOT NULL DEFAULT 0",
        "CREATE INDEX evidence_unexamined ON evidence (examine_after) WHERE state = 'stored' AND examined_at IS NULL",
        "ALTER TABLE stored_files ADD COLUMN refusal text",
        *TABLES,
        *(
            f"CREATE INDEX evidence_pictures_looks_{shift} ON evidence_pictures"
            f" (tenant_id, ((looks >> {shift}) & 65535)) WHERE looks IS NOT NULL"
            for shift in QUARTERS
        ),
    )
    for table in ("evidence_pictures", "evidence_manifests", "evidence_signals", "evidence_answers"):
        protect(table, read=SEES_EVIDENCE.format(table=table), append_only=True)


def downgrade() -> None:
    """Take them away; photos that were refused are awaited again, as they were before."""
    drop("evidence_answers", "evidence_signals", "evidence_manifests", "evidence_pictures")
    run(
        "DROP INDEX evidence_unexamined",
        "ALTER TABLE stored_files DROP COLUMN refusal",
        "ALTER TABLE evidence NO FORCE ROW LEVEL SECURITY",
        "UPDATE evidence SET state = 'awaited', stored_at = NULL WHERE state = 'refused'",
        "ALTER TABLE evidence FORCE ROW LEVEL SECURITY",
        "ALTER TABLE evidence DROP COLUMN refusal, DROP COLUMN examined_at, DROP COLUMN examine_after,"
        " DROP COLUMN examine_tries",
        "ALTER TABLE evidence DROP CONSTRAINT evidence_state_check",
        "ALTER TABLE evidence ADD CONSTRAINT evidence_state_check CHECK (state IN ('awaited', 'stored'))",
    )
