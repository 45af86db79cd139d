"""What stands against a contact, and what was agreed for it: appended; a later row closes an earlier one."""

from migrations.sql import SEES_OBLIGOR, drop, protect, run

revision = "20261125_1255"
down_revision = "20261125_1250"

CHANNELS = "'call', 'robot_call', 'voicemail', 'sms', 'im', 'push', 'email', 'letter', 'visit'"
PLACES = "'home_door', 'home_inside', 'workplace', 'private', 'public', 'central'"
STOPS = (
    f"""CREATE TABLE contact_stops (
        id uuid NOT NULL, tenant_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases, obligor_id uuid NOT NULL,
        person text CHECK (person <> ''), kind text NOT NULL CHECK (kind IN ('freeze', 'opt_out', 'refused', 'cease',
            'attorney', 'complaint', 'dispute', 'original_creditor_request', 'bereavement', 'critical_illness', 'minor',
            'disaster', 'occasion', 'incapacity', 'breathing_space', 'mental_health_crisis', 'debt_adviser', 'insolvency',
            'instalment_agreement', 'no_place', 'lost')),
        since timestamptz NOT NULL, until timestamptz, channel text CHECK (channel IN ({CHANNELS})),
        place text CHECK (place IN ({PLACES})), debts uuid[],
        flags text[] NOT NULL DEFAULT '{{}}'
            CHECK (flags <@ ARRAY['unresponsive', 'late', 'extended', 'breached', 'written']),
        source text CHECK (source IN ('call', 'visit')), source_id uuid, closes uuid, reason text NOT NULL DEFAULT '',
        made_by uuid, recorded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, closes) REFERENCES contact_stops, CHECK (closes IS NULL OR until IS NOT NULL),
        CHECK ((source IS NULL) = (source_id IS NULL)))""",
    "CREATE INDEX contact_stops_obligor ON contact_stops (obligor_id)",
    "CREATE INDEX contact_stops_closes ON contact_stops (tenant_id, closes) WHERE closes IS NOT NULL",
    "CREATE INDEX contact_stops_source ON contact_stops (tenant_id, source_id) WHERE source_id IS NOT NULL",
)
AGREEMENTS = (
    f"""CREATE TABLE contact_agreements (
        id uuid NOT NULL, tenant_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases, obligor_id uuid NOT NULL,
        person text NOT NULL CHECK (person <> ''), kind text NOT NULL CHECK (kind IN ('hours', 'preference', 'call',
            'frequency', 'enter', 'photo', 'autodial', 'visit', 'direct_contact', 'place')),
        since timestamptz NOT NULL, until timestamptz, channels text[] CHECK (channels <@ ARRAY[{CHANNELS}]), debts uuid[],
        starts text, ends text, days integer[], place text CHECK (place IN ({PLACES})), closes uuid,
        reason text NOT NULL, made_by uuid, recorded_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, closes) REFERENCES contact_agreements, CHECK (closes IS NULL OR until IS NOT NULL),
        CHECK ((starts IS NULL) = (ends IS NULL)))""",
    "CREATE INDEX contact_agreements_obligor ON contact_agreements (obligor_id)",
    "CREATE INDEX contact_agreements_closes ON contact_agreements (tenant_id, closes) WHERE closes IS NOT NULL",
)
UNBOUND = ("contact_stops", "calls", "visits", "cases", "obligors", "contact_points")

# What the results raise, as it was when this step was written.
BACKFILL = (
    """INSERT INTO contact_stops (id, tenant_id, case_id, obligor_id, person, kind, since, channel, source, source_id, made_by)
        SELECT gen_random_uuid(), calls.tenant_id, calls.case_id, cases.obligor_id,
            CASE WHEN raised.of_person THEN CASE WHEN party = 'obligor' THEN 'obligor'
                ELSE coalesce(points.related_party_id::text, 'obligor') END END,
            raised.kind, started_at, CASE WHEN raised.kind = 'opt_out' THEN 'call' END, 'call', calls.id, user_id
        FROM calls JOIN (VALUES ('THIRD_PERSON_REFUSED', 'refused', true), ('RPC_DISPUTE', 'dispute', false),
            ('RPC_DISPUTE', 'freeze', false), ('RPC_COMPLAINT', 'complaint', false), ('RPC_COMPLAINT', 'freeze', false),
            ('RPC_REPRESENTED', 'attorney', false), ('DECEASED', 'bereavement', false), ('DECEASED', 'freeze', false),
            ('BANKRUPT', 'insolvency', false), ('BANKRUPT', 'freeze', false), ('INCAPACITY', 'incapacity', false),
            ('INCAPACITY', 'freeze', false), ('STOP_CONTACT', 'opt_out', true)) AS raised (result, kind, of_person)
            USING (result)
        JOIN cases ON cases.id = calls.case_id LEFT JOIN contact_points AS points ON points.id = contact_point_id
        WHERE withdrawn_at IS NULL""",
    """INSERT INTO contact_stops (id, tenant_id, case_id, obligor_id, kind, since, until, source, source_id, made_by)
        SELECT gen_random_uuid(), visits.tenant_id, visits.case_id, cases.obligor_id, raised.kind, started_at,
            CASE WHEN result = 'SENSITIVE_OCCASION' THEN next_on::timestamp AT TIME ZONE obligors.zone END,
            'visit', visits.id, user_id
        FROM visits JOIN (VALUES ('MET_DISPUTE', 'dispute'), ('MET_DISPUTE', 'freeze'), ('MET_COMPLAINT', 'complaint'),
            ('MET_COMPLAINT', 'freeze'), ('MET_PLAN_SIGNED', 'instalment_agreement'), ('DECEASED_CONFIRMED', 'bereavement'),
            ('DECEASED_CONFIRMED', 'freeze'), ('IN_CUSTODY', 'freeze'), ('HOSPITAL', 'critical_illness'),
            ('HOSPITAL', 'freeze'), ('SENSITIVE_OCCASION', 'occasion'), ('SENSITIVE_OCCASION', 'freeze'))
            AS raised (result, kind) USING (result)
        JOIN cases ON cases.id = visits.case_id JOIN obligors ON obligors.id = cases.obligor_id
        WHERE withdrawn_at IS NULL""",
)


def upgrade() -> None:
    """Make both tables and fill the first from the calls and visits that stand."""
    run(*STOPS, *AGREEMENTS)
    for table in ("contact_stops", "contact_agreements"):
        protect(table, read=SEES_OBLIGOR.format(table=table, column="obligor_id"), append_only=True)
    run(*(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in UNBOUND))
    run(*BACKFILL)
    run(*(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in UNBOUND))


def downgrade() -> None:
    """Take them away; what people raised or agreed by hand is lost, the records that raised the rest stay."""
    drop("contact_agreements", "contact_stops")
