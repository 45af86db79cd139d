"""How does somebody of the world come in, in tests of what follows? By a password, at a moment of the test's choice."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pyotp

from backend.identity import passwords
from backend.identity.commands import factors
from backend.identity.commands import people as acts
from backend.identity.commands import sign_in as coming_in
from backend.identity.commands.factors import Asker
from backend.identity.commands.sign_in import Opened
from backend.identity.factor_schemas import Proving
from backend.identity.schemas import Act, SignIn
from backend.kernel.db import Database, bare, transaction
from backend.kernel.throttle import full_bucket
from backend.kernel.vault import Vault, open_vault
from tests.world import World

PASSWORD = "harbour-lantern-29"


class AppOnPhone(msgspec.Struct, frozen=True):
    """An authenticator app as RFC 6238 has it, with the ten codes that came with it."""

    totp: pyotp.TOTP
    recovery_codes: list[str]

    def code(self, at: datetime) -> str:
        """Return what the app shows at a moment."""
        return self.totp.at(at)


def vault_in(folder: Path) -> Vault:
    """Open a vault of the test's own."""
    return open_vault(folder)


async def give_password(database: Database, world: World, user_id: UUID, at: datetime) -> None:
    """Give somebody the password of these tests, and a year in the house."""
    act = Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=at)
    hashed = await passwords.hash_password(PASSWORD)
    async with transaction(database, world.scope(world.ada)) as tx:
        await acts.set_password(tx, act, user_id, hashed, spare=None)
        a_year_ago = at - timedelta(days=365)
        await (await bare(tx)).execute("UPDATE users SET created_at = $2 WHERE id = $1", user_id, a_year_ago)


async def enter(database: Database, world: World, name: str, at: datetime) -> Opened:
    """Come in by name and password."""
    login = f"{name}-{world.tenant_id.hex[-12:]}"
    return await coming_in.sign_in(database, full_bucket(1000, 1000), SignIn(login=login, password=PASSWORD), at)


async def add_app(database: Database, vault: Vault, opened: Opened, at: datetime) -> AppOnPhone:
    """Set up an app right after coming in; its first code is used up by that."""
    asker = Asker(opened.who, at)
    seed = await factors.begin_totp(database, vault, asker, Proving(password=None))
    read = pyotp.parse_uri(seed.uri)
    assert isinstance(read, pyotp.TOTP)
    given = await factors.confirm_totp(database, vault, asker, read.at(at))
    return AppOnPhone(totp=read, recovery_codes=given.codes)
