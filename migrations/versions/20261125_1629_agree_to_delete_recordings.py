"""Two people agree before a recording goes, where a lender wants that of evidence."""

from migrations.sql import run

revision = "20261125_1629"
down_revision = "20261125_1625"


def upgrade() -> None:
    """Add who agreed, and when; nobody is both."""
    run(
        """ALTER TABLE line_recordings ADD COLUMN first_by uuid, ADD COLUMN first_at timestamptz,
            ADD COLUMN second_by uuid, ADD COLUMN second_at timestamptz,
            ADD CONSTRAINT line_recordings_two_agree CHECK (second_by IS NULL OR (second_by <> first_by
                AND second_at > first_at))""",
    )


def downgrade() -> None:
    """Forget who agreed."""
    run(
        "ALTER TABLE line_recordings DROP CONSTRAINT line_recordings_two_agree",
        """ALTER TABLE line_recordings DROP COLUMN first_by, DROP COLUMN first_at, DROP COLUMN second_by,
            DROP COLUMN second_at""",
    )
