"""How does the schema come up to date? Alembic, run in this process as the owner of the tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def config_for(url: str) -> Config:
    """Return Alembic's configuration for a database URL (postgresql://...)."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema to `revision`; blocking (call it from a thread inside an event loop)."""
    command.upgrade(config_for(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the schema back to `revision`; data of the tables that go is lost."""
    command.downgrade(config_for(url), revision)
