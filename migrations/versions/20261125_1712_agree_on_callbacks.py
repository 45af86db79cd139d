"""A callback at a time: one open a case, ended by the call that makes it."""

from migrations.sql import SEES_CASE, drop, protect, run

revision = "20261125_1712"
down_revision = "20261125_1654"

CALLBACKS = """CREATE TABLE callbacks (
    tenant_id uuid NOT NULL REFERENCES tenants, id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases,
    call_id uuid REFERENCES calls, contact_point_id uuid REFERENCES contact_points, user_id uuid NOT NULL,
    promised_by uuid NOT NULL, at timestamptz NOT NULL, made_at timestamptz NOT NULL,
    ended_at timestamptz, ended_as text CHECK (ended_as IN ('made', 'replaced', 'withdrawn')),
    ended_by uuid REFERENCES calls,
    PRIMARY KEY (tenant_id, id), CHECK ((ended_at IS NULL) = (ended_as IS NULL)),
    CHECK (ended_by IS NULL OR ended_as = 'made'))"""


def upgrade() -> None:
    """Make the table, with an index for each way it is read."""
    run(
        CALLBACKS,
        "CREATE UNIQUE INDEX callbacks_one_open ON callbacks (tenant_id, case_id) WHERE ended_at IS NULL",
        "CREATE INDEX callbacks_due ON callbacks (tenant_id, user_id, at) WHERE ended_at IS NULL",
        "CREATE INDEX callbacks_call ON callbacks (tenant_id, call_id) WHERE call_id IS NOT NULL",
        "CREATE INDEX callbacks_ended_by ON callbacks (tenant_id, ended_by) WHERE ended_by IS NOT NULL",
    )
    protect("callbacks", read=SEES_CASE.format(table="callbacks"))


def downgrade() -> None:
    """Take the table away."""
    drop("callbacks")
