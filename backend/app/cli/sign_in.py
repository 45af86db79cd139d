"""How does an operator say by what the people of a lender sign in, and let in who has lost the second factor?"""

from pathlib import Path
from typing import get_args
from uuid import UUID

import click
import msgspec

from backend.app.cli.local import data_dir, database_url
from backend.app.cli.people import act_of, name_of, opened, run, scope_of, tenant_of
from backend.identity.commands import company, factors
from backend.identity.company_schemas import Claim, CompanySignInSet
from backend.identity.factor_schemas import GRACE_DAYS_MAX, Demand, PolicyChange
from backend.identity.schemas import UserRole
from backend.kernel.db import transaction
from backend.kernel.vault import open_vault


@click.group("sign-in")
def sign_in() -> None:
    """Say by what people sign in: demand, reset, company, no-company."""


@sign_in.command("demand")
@click.argument("demand", type=click.Choice([one.value for one in Demand]))
@click.option("--tenant", "code", required=True)
@click.option("--role", type=click.Choice([role.value for role in UserRole]), required=True)
@click.option("--grace-days", type=click.IntRange(0, GRACE_DAYS_MAX), default=14, show_default=True)
def demand_factor(demand: str, code: str, role: str, grace_days: int) -> None:
    """Switch second factors of a role off, offer them, or require them after some days."""
    change = PolicyChange(role=UserRole(role), demand=Demand(demand), grace_days=grace_days)
    with database_url() as url:
        run(_demand(url, code, change))


async def _demand(url: str, code: str, change: PolicyChange) -> None:
    async with opened(url) as database:
        tenant_id = await tenant_of(database, code)
        async with transaction(database, scope_of(tenant_id)) as tx:
            await factors.set_policy(tx, act_of(tenant_id), change)
    click.echo(f"second factor of {change.role.value}: {change.demand.value}")


@sign_in.command("reset")
@click.argument("login")
@click.option("--reason", required=True)
def reset_factors(login: str, reason: str) -> None:
    """Take away the second factors that a person has lost; it is written into the journal."""
    with database_url() as url:
        run(_reset(url, login, reason))


async def _reset(url: str, login: str, reason: str) -> None:
    async with opened(url) as database:
        name = await name_of(database, login)
        async with transaction(database, scope_of(name.tenant_id)) as tx:
            await factors.reset_factors(tx, act_of(name.tenant_id), name.user_id, reason)
    click.echo("taken away; there is a day to set up others")


@sign_in.command("company")
@click.option("--tenant", "code", required=True)
@click.option("--issuer", required=True, help="The https address of the OpenID provider.")
@click.option("--client-id", required=True)
@click.option("--secret-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Holds the secret.")
@click.option("--claim", type=click.Choice(list(get_args(Claim))), default="email", show_default=True)
@click.option("--counts-as-second", is_flag=True, help="The company asks for a second factor itself.")
def set_company(**options: object) -> None:
    """Let the people of a lender sign in at their company's OpenID provider."""
    secret_file = options.pop("secret_file")
    code = str(options.pop("code"))
    secret = secret_file.read_text(encoding="utf-8").strip() if isinstance(secret_file, Path) else None
    new = msgspec.convert({**options, "client_secret": secret}, CompanySignInSet)
    with database_url() as url:
        run(_set_company(url, code, new))


async def _set_company(url: str, code: str, new: CompanySignInSet) -> None:
    vault = open_vault(data_dir() / "keys")
    async with opened(url) as database:
        tenant_id = await tenant_of(database, code)
        async with transaction(database, scope_of(tenant_id)) as tx:
            await company.set_company(tx, vault, act_of(tenant_id), new)
    click.echo(f"people of {code} may sign in at {new.issuer}")


@sign_in.command("no-company")
@click.option("--tenant", "code", required=True)
def remove_company(code: str) -> None:
    """End the company sign-in of a lender; passwords, links and passkeys go on."""
    with database_url() as url:
        run(_remove_company(url, code))


async def _remove_company(url: str, code: str) -> None:
    async with opened(url) as database:
        tenant_id: UUID = await tenant_of(database, code)
        async with transaction(database, scope_of(tenant_id)) as tx:
            await company.remove_company(tx, act_of(tenant_id))
    click.echo(f"people of {code} sign in here alone")
