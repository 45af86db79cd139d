"""Contacts that a second person released, areas that hold all contacts back, and certificates of staff."""

from migrations.sql import SEES_CASE, drop, protect, run

revision = "20261125_1605"
down_revision = "20261125_1554"

CHANNELS = "('call', 'robot_call', 'voicemail', 'sms', 'im', 'push', 'email', 'letter', 'visit')"
TABLES = (
    f"""CREATE TABLE contact_releases (
        id uuid NOT NULL, tenant_id uuid NOT NULL REFERENCES tenants, case_id uuid NOT NULL REFERENCES cases,
        channel text NOT NULL CHECK (channel IN {CHANNELS}), to_id uuid, rule_ids text[] NOT NULL CHECK (rule_ids <> '{{}}'),
        reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 400), asked_by uuid NOT NULL REFERENCES users,
        asked_at timestamptz NOT NULL, since timestamptz NOT NULL, until timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, id),
        CHECK (since < until AND until <= since + interval '24 hours'))""",
    "CREATE INDEX contact_releases_case ON contact_releases (tenant_id, case_id, until DESC)",
    # One decision a wish: the key says so, whoever comes first.
    """CREATE TABLE contact_release_decisions (
        release_id uuid NOT NULL, tenant_id uuid NOT NULL, is_granted boolean NOT NULL,
        reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 400), decided_by uuid NOT NULL REFERENCES users,
        decided_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, release_id), FOREIGN KEY (tenant_id, release_id) REFERENCES contact_releases (tenant_id, id))""",
    """CREATE TABLE disaster_areas (
        id uuid NOT NULL, tenant_id uuid NOT NULL REFERENCES tenants, name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
        area geography(Polygon, 4326) NOT NULL, reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 400),
        raised_by uuid NOT NULL REFERENCES users, raised_at timestamptz NOT NULL,
        lifted_by uuid REFERENCES users, lifted_at timestamptz, lift_reason text CHECK (length(lift_reason) BETWEEN 1 AND 400),
        PRIMARY KEY (tenant_id, id), CHECK ((lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL)))""",
    "CREATE INDEX disaster_areas_standing ON disaster_areas (tenant_id) WHERE lifted_at IS NULL",
    """CREATE TABLE staff_certificates (
        id uuid NOT NULL, tenant_id uuid NOT NULL REFERENCES tenants, user_id uuid NOT NULL REFERENCES users,
        kind text NOT NULL CHECK (kind IN ('training', 'licence', 'identity_card', 'mandate')),
        number text NOT NULL CHECK (length(number) BETWEEN 1 AND 100), issuer text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 200),
        valid_from date NOT NULL, valid_until date NOT NULL, made_by uuid NOT NULL REFERENCES users, made_at timestamptz NOT NULL,
        revoked_by uuid REFERENCES users, revoked_at timestamptz, revoke_reason text CHECK (length(revoke_reason) BETWEEN 1 AND 400),
        PRIMARY KEY (tenant_id, id), CHECK (valid_from < valid_until),
        CHECK ((revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revoke_reason IS NULL)))""",
    "CREATE INDEX staff_certificates_user ON staff_certificates (tenant_id, user_id, kind, valid_until DESC)",
)
SOURCES = "ALTER TABLE contact_stops ADD CONSTRAINT contact_stops_source_check CHECK (source IN ({}))"


def upgrade() -> None:
    """Make the tables. Wishes and decisions are appended only; who sees the case sees them."""
    run(
        *TABLES,
        "ALTER TABLE contact_stops DROP CONSTRAINT contact_stops_source_check",
        SOURCES.format("'call', 'visit', 'disaster'"),
    )
    protect("contact_releases", read=SEES_CASE.format(table="contact_releases"), append_only=True)
    protect("contact_release_decisions", append_only=True)
    protect("disaster_areas")
    protect("staff_certificates")


def downgrade() -> None:
    """Take them away: what was released is reviewed again, what areas froze stays frozen case by case."""
    run(
        "ALTER TABLE contact_stops NO FORCE ROW LEVEL SECURITY",
        "UPDATE contact_stops SET source = NULL, source_id = NULL WHERE source = 'disaster'",
        "ALTER TABLE contact_stops FORCE ROW LEVEL SECURITY",
        "ALTER TABLE contact_stops DROP CONSTRAINT contact_stops_source_check",
        SOURCES.format("'call', 'visit'"),
    )
    drop("staff_certificates", "disaster_areas", "contact_release_decisions", "contact_releases")
