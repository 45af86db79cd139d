"""How does a phone fare? What it says of itself with each round, one row a device; and whether screens are marked."""

from migrations.sql import drop, protect, run

revision = "20261125_0119"
down_revision = "20261125_0118"


def upgrade() -> None:
    """Make the table of health; marks on screens are on unless a lender switches them off."""
    run(
        """CREATE TABLE device_health (
            tenant_id uuid NOT NULL REFERENCES tenants, device_id uuid PRIMARY KEY REFERENCES devices,
            told_at timestamptz NOT NULL, app_version text NOT NULL CHECK (length(app_version) <= 40),
            clock_offset_ms bigint NOT NULL, unsent_items integer NOT NULL CHECK (unsent_items >= 0),
            unsent_photos integer NOT NULL CHECK (unsent_photos >= 0), oldest_unsent_at timestamptz,
            used_bytes bigint CHECK (used_bytes >= 0), quota_bytes bigint CHECK (quota_bytes >= 0),
            is_persistent boolean, lock_method text NOT NULL CHECK (lock_method IN ('none', 'pin', 'prf')),
            push text NOT NULL CHECK (push IN ('granted', 'denied', 'default', 'unsupported')))""",
        "ALTER TABLE tenants ADD COLUMN has_watermark boolean NOT NULL DEFAULT true",
    )
    protect("device_health")


def downgrade() -> None:
    """Take both away."""
    drop("device_health")
    run("ALTER TABLE tenants DROP COLUMN has_watermark")
