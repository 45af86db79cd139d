"""Permits: contacts that may still happen, each a row that never changes, and how each ended as a row of its own."""

from migrations.sql import drop, protect, run

revision = "20261125_1330"
down_revision = "20261125_1325"

TABLES = (
    """CREATE TABLE contact_permits (
        id uuid NOT NULL, tenant_id uuid NOT NULL REFERENCES tenants, obligor_id uuid NOT NULL, person text NOT NULL
            CHECK (person <> ''), channel text NOT NULL CHECK (channel IN ('call', 'robot_call', 'voicemail', 'sms', 'im',
            'push', 'email', 'letter', 'visit')),
        holder_kind text NOT NULL CHECK (holder_kind IN ('phone', 'desk', 'robot', 'sender', 'agency')),
        holder_id text NOT NULL CHECK (holder_id <> ''), asked jsonb NOT NULL, drawn_at timestamptz NOT NULL,
        since timestamptz NOT NULL, until timestamptz NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, id), CHECK (drawn_at <= since AND since < until))""",
    "CREATE INDEX contact_permits_obligor ON contact_permits (tenant_id, obligor_id, until DESC)",
    "CREATE INDEX contact_permits_holder ON contact_permits (tenant_id, holder_kind, holder_id, until DESC)",
    # One end a permit: the key says so, whoever comes first.
    """CREATE TABLE contact_permit_ends (
        permit_id uuid NOT NULL, tenant_id uuid NOT NULL, ending text NOT NULL CHECK (ending IN ('used', 'returned', 'lapsed')),
        contact_id uuid, at timestamptz NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, permit_id), FOREIGN KEY (tenant_id, permit_id) REFERENCES contact_permits (tenant_id, id),
        CHECK ((ending = 'used') = (contact_id IS NOT NULL)))""",
)


def upgrade() -> None:
    """Make both tables. Whoever draws must see what all others hold, so the tenant alone bounds what is read."""
    run(*TABLES)
    protect("contact_permits", append_only=True)
    protect("contact_permit_ends", append_only=True)


def downgrade() -> None:
    """Take them away: nothing is held any more, so phones must prime again."""
    drop("contact_permit_ends", "contact_permits")
