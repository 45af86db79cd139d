"""What does it take to undo an assignment, and to rank the queue of a desk? Who lost a case by which batch; two indexes."""

from migrations.sql import run

revision = "20261124_2010"
down_revision = "20261124_2005"


def upgrade() -> None:
    """Remember the batch that released an assignment and the teams the case came from; index the desk's queue."""
    run(
        """ALTER TABLE assignments ADD COLUMN release_batch_id uuid, ADD COLUMN from_team_id uuid,
            ADD COLUMN from_desk_team_id uuid""",
        """CREATE INDEX assignments_release_batch ON assignments (tenant_id, release_batch_id)
            WHERE release_batch_id IS NOT NULL""",
        "CREATE INDEX cases_of_desk ON cases (tenant_id, desk_team_id, score DESC, id) WHERE closed_at IS NULL",
        "CREATE INDEX case_leases_user ON case_leases (tenant_id, user_id)",
    )


def downgrade() -> None:
    """Take them away again."""
    run(
        "DROP INDEX case_leases_user",
        "DROP INDEX cases_of_desk",
        "DROP INDEX assignments_release_batch",
        "ALTER TABLE assignments DROP COLUMN release_batch_id, DROP COLUMN from_team_id, DROP COLUMN from_desk_team_id",
    )
