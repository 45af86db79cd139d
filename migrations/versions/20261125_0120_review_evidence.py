"""What did a reviewer say to a visit and its photos, and which visits were drawn to be checked at the door?"""

from migrations.sql import SEES_CASE, drop, protect, run

revision = "20261125_0120"
down_revision = "20261125_0119"


def upgrade() -> None:
    """Make the three tables; nothing in them is ever changed, the newest review of a thing is its state."""
    run(
        """CREATE TABLE back_check_draws (
            id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants, seed text NOT NULL CHECK (seed <> ''),
            begins_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, team_id uuid,
            wanted integer NOT NULL CHECK (wanted > 0), population integer NOT NULL CHECK (population >= 0),
            drawn_by uuid NOT NULL, drawn_at timestamptz NOT NULL, CHECK (ends_at > begins_at))""",
        "CREATE INDEX back_check_draws_when ON back_check_draws (tenant_id, drawn_at DESC)",
        """CREATE TABLE back_checks (
            draw_id uuid NOT NULL REFERENCES back_check_draws, tenant_id uuid NOT NULL, visit_id uuid NOT NULL,
            case_id uuid NOT NULL REFERENCES cases, place integer NOT NULL CHECK (place >= 1),
            score double precision NOT NULL CHECK (score BETWEEN 0 AND 1),
            PRIMARY KEY (draw_id, visit_id))""",
        """CREATE TABLE evidence_reviews (
            id uuid PRIMARY KEY, tenant_id uuid NOT NULL, case_id uuid NOT NULL REFERENCES cases, visit_id uuid NOT NULL,
            evidence_id uuid REFERENCES evidence, state text NOT NULL CHECK (state IN ('accepted', 'questioned', 'back_check')),
            reason text NOT NULL CHECK (length(reason) <= 400), user_id uuid NOT NULL, draw_id uuid REFERENCES back_check_draws,
            at timestamptz NOT NULL, CHECK (state = 'accepted' OR reason <> ''))""",
        "CREATE INDEX evidence_reviews_visit ON evidence_reviews (visit_id, at DESC)",
    )
    protect("back_check_draws", append_only=True)
    for table in ("back_checks", "evidence_reviews"):
        protect(table, read=SEES_CASE.format(table=table), append_only=True)


def downgrade() -> None:
    """Take them away."""
    drop("evidence_reviews", "back_checks", "back_check_draws")
