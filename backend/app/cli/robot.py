"""How does an operator let robots call, and see what that does? Campaigns at the command line, and flows checked."""

from typing import IO
from uuid import UUID

import click
import msgspec

from backend.app.cli.local import database_url
from backend.app.cli.people import act_of, opened, run, scope_of, tenant_of
from backend.calls.robot import figure_queries
from backend.calls.robot.checking import faults_of
from backend.calls.robot.commands import start_campaign, stop_campaign
from backend.calls.robot.schemas import CampaignView, CampaignWish, Flow
from backend.kernel.db import bare, bare_transaction, transaction
from backend.kernel.ids import new_id
from backend.kernel.reading import UNREADABLE

TENANT = click.option("--tenant", required=True, help="The lender's code.")
PICKED = """
SELECT id FROM cases WHERE tenant_id = $1 AND closed_at IS NULL AND state IN ('new', 'in_grace', 'active')
    AND days_past_due BETWEEN $2 AND $3 ORDER BY score DESC, id LIMIT $4
"""


@click.group()
def robot() -> None:
    """Let robots call, and see what calling does."""


@robot.command()
@TENANT
@click.option("--flow", "flow_code", default="reminder", show_default=True, help="Which flow the robot follows.")
@click.option("--name", required=True, help="Of the campaign.")
@click.option("--overdue-from", default=1, show_default=True, help="Days past due, at least.")
@click.option("--overdue-until", default=30, show_default=True, help="Days past due, at most.")
@click.option("--cases-max", default=500, show_default=True, type=click.IntRange(1, 5_000))
@click.option("--held-out", default=100, show_default=True, type=click.IntRange(0, 500), help="Per mille.")
def start(**asked: str | int) -> None:
    """Start a campaign over open cases by their days past due, the highest score first."""
    with database_url() as url:
        run(_start(url, asked))


async def _start(url: str, asked: dict[str, str | int]) -> None:
    async with opened(url) as database:
        tenant_id = await tenant_of(database, str(asked["tenant"]))
        async with transaction(database, scope_of(tenant_id)) as tx:
            raw = await bare(tx)
            limits = asked["overdue_from"], asked["overdue_until"], asked["cases_max"]
            ids = [row["id"] for row in await raw.fetch(PICKED, tenant_id, *limits)]
            if not ids:
                raise click.ClickException("no open case is so many days past due")
            wish = CampaignWish(
                id=new_id(), name=str(asked["name"]), flow_code=str(asked["flow_code"]), case_ids=ids,
                held_out_permille=int(asked["held_out"]),
            )  # fmt: skip
            _say(await start_campaign(tx, act_of(tenant_id), wish))


@robot.command()
@TENANT
def figures(tenant: str) -> None:
    """Print the campaigns of a lender: those who were called beside those who were held out."""
    with database_url() as url:
        run(_figures(url, tenant))


async def _figures(url: str, tenant: str) -> None:
    async with opened(url) as database:
        tenant_id = await tenant_of(database, tenant)
        async with bare_transaction(database, scope_of(tenant_id)) as raw:
            for view in await figure_queries.campaigns(raw, tenant_id):
                _say(view)


@robot.command()
@TENANT
@click.argument("campaign_id", type=click.UUID)
def stop(tenant: str, campaign_id: UUID) -> None:
    """Stop a campaign; calls that are under way go on to their end."""
    with database_url() as url:
        run(_stop(url, tenant, campaign_id))


async def _stop(url: str, tenant: str, campaign_id: UUID) -> None:
    async with opened(url) as database:
        tenant_id = await tenant_of(database, tenant)
        async with bare_transaction(database, scope_of(tenant_id)) as raw:
            _say(await stop_campaign(raw, act_of(tenant_id), campaign_id))


@robot.command()
@click.argument("file", type=click.File("rb"))
def check(file: IO[bytes]) -> None:
    """Say what is wrong with a flow (JSON), step by step; exit code 1 when it may not call people."""
    try:
        flow = msgspec.json.decode(file.read(1_000_000), type=Flow)
    except UNREADABLE as error:
        raise click.ClickException(f"that is no flow: {error}") from error
    faults = faults_of(flow)
    for fault in faults:
        click.echo(f"{fault.step}: {fault.says}")
    if faults:
        raise SystemExit(1)
    click.echo(f"{flow.code}: {len(flow.steps)} steps, nothing wrong")


def _say(view: CampaignView) -> None:
    click.echo(f"{view.id}  {view.state:<8} {view.name}")
    for word, group in (("called", view.called), ("held out", view.held_out)):
        click.echo(
            f"  {word:<9} {group.cases:>5} cases {group.contacts:>5} reached {group.promises:>5} promised"
            f" {group.paying:>5} paid within {view.paid_days} days"
        )
