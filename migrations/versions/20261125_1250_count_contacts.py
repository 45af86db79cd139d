"""Every contact with a person as a row that the counters of the gate read: one a call or visit, never changed."""

from migrations.sql import SEES_OBLIGOR, drop, protect, run

revision = "20261125_1250"
down_revision = "20261125_0206"

TABLE = (
    """CREATE TABLE contact_events (
        id uuid NOT NULL, tenant_id uuid NOT NULL, channel text NOT NULL CHECK (channel IN ('call', 'robot_call',
            'voicemail', 'sms', 'im', 'push', 'email', 'letter', 'visit')),
        is_reversal boolean NOT NULL DEFAULT false, case_id uuid NOT NULL REFERENCES cases, obligor_id uuid NOT NULL,
        person text NOT NULL CHECK (person <> ''),
        kind text NOT NULL CHECK (kind IN ('attempt', 'connect', 'conversation', 'failed', 'message', 'visit', 'no_show')),
        direction text NOT NULL CHECK (direction IN ('out', 'in')), to_id uuid,
        place text CHECK (place IN ('home_door', 'home_inside', 'workplace', 'private', 'public', 'central')),
        debts uuid[], by text NOT NULL, at timestamptz NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, id, channel, is_reversal))""",
    "CREATE INDEX contact_events_obligor ON contact_events (obligor_id, at DESC)",
)
UNBOUND = ("contact_events", "calls", "visits", "cases", "contact_points", "addresses", "users")

# The gate kinds of the results as they were when this step was written; a result that is not here is no contact.
BACKFILL = (
    """WITH kinds (result, kind) AS (
            SELECT unnest(ARRAY['NO_ANSWER', 'BUSY', 'REJECTED', 'POWERED_OFF', 'TEMP_UNREACHABLE']), 'attempt'
            UNION ALL SELECT unnest(ARRAY['OUT_OF_SERVICE', 'INVALID_NUMBER']), 'failed'
            UNION ALL SELECT unnest(ARRAY['VOICEMAIL', 'FAX_MACHINE', 'ROBOT_HUNG_UP', 'WRONG_PARTY',
                'THIRD_PERSON_MESSAGE', 'THIRD_PERSON_REFUSED', 'RPC_IDENTITY_FAILED', 'LANGUAGE', 'DECEASED', 'BANKRUPT',
                'INCAPACITY']), 'connect'
            UNION ALL SELECT unnest(ARRAY['RPC_PROMISE', 'RPC_PAID_NOW', 'RPC_ALREADY_PAID', 'RPC_REFUSED', 'RPC_HARDSHIP',
                'RPC_DISPUTE', 'RPC_CALLBACK', 'RPC_PLAN_REQUEST', 'RPC_SETTLEMENT', 'RPC_COMPLAINT', 'RPC_HUNG_UP',
                'RPC_REPRESENTED', 'STOP_CONTACT']), 'conversation')
        INSERT INTO contact_events (id, tenant_id, channel, case_id, obligor_id, person, kind, direction, to_id, by, at)
        SELECT calls.id, calls.tenant_id, 'call', case_id, cases.obligor_id,
            CASE WHEN party = 'obligor' THEN 'obligor' ELSE coalesce(points.related_party_id::text, 'obligor') END,
            kinds.kind, CASE WHEN contact_point_id IS NULL THEN 'in' ELSE 'out' END, contact_point_id,
            CASE WHEN users.role = 'agency' THEN 'agency' ELSE 'lender' END, started_at
        FROM calls JOIN kinds USING (result) JOIN cases ON cases.id = calls.case_id JOIN users ON users.id = calls.user_id
        LEFT JOIN contact_points AS points ON points.id = contact_point_id
        WHERE withdrawn_at IS NULL""",
    """INSERT INTO contact_events (id, tenant_id, channel, case_id, obligor_id, person, kind, direction, to_id, place, by, at)
        SELECT visits.id, visits.tenant_id, 'visit', case_id, cases.obligor_id,
            CASE WHEN party = 'obligor' THEN 'obligor' ELSE coalesce(doors.related_party_id::text, 'obligor') END,
            'visit', 'out', address_id,
            CASE doors.kind WHEN 'home' THEN 'home_door' WHEN 'registered' THEN 'home_door' WHEN 'work' THEN 'workplace' END,
            CASE WHEN users.role = 'agency' THEN 'agency' ELSE 'lender' END, started_at
        FROM visits JOIN cases ON cases.id = visits.case_id JOIN users ON users.id = visits.user_id
        LEFT JOIN addresses AS doors ON doors.id = address_id
        WHERE withdrawn_at IS NULL AND result NOT IN ('POLICY_HOURS', 'SKIPPED_TIME', 'SKIPPED_REJECTED')""",
)


def upgrade() -> None:
    """Make the table and fill it from the calls and visits that stand; the owner is bound by the policies too."""
    run(*TABLE)
    protect("contact_events", read=SEES_OBLIGOR.format(table="contact_events", column="obligor_id"), append_only=True)
    run(*(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in UNBOUND))
    run(*BACKFILL)
    run(*(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in UNBOUND))


def downgrade() -> None:
    """Take it away; calls and visits say it all again."""
    drop("contact_events")
