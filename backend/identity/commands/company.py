"""How does somebody come in by the company's own sign-in? OpenID Connect: authorization code, PKCE, state and nonce.

Whoever comes must be on file here, under the name that the provider vouches for: nobody is made by signing in. From the
first time on the provider's own lasting name counts, so that a name that is given to somebody else opens nothing.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.identity import company_asking, company_rules, factor_problems
from backend.identity.commands.sign_in import Opened, hash_of, new_token, open_session, scope_of
from backend.identity.company_schemas import (
    CompanyOffer,
    CompanyOnFile,
    CompanyReturn,
    CompanySignInSet,
    Expected,
    FlowOnFile,
    Vouched,
)
from backend.identity.events import event
from backend.identity.factor_schemas import Strength
from backend.identity.queries import company as on_file
from backend.identity.queries import doors, people
from backend.identity.queries.doors import NameOnFile
from backend.identity.queries.people import PersonOnFile
from backend.identity.schemas import Act
from backend.journal.commands import append
from backend.kernel.db import Database, bare, transaction
from backend.kernel.problems import TOO_MANY, Problem
from backend.kernel.throttle import Bucket, wait_for_token_s
from backend.kernel.vault import Vault

FLOW_LIFE = timedelta(minutes=10)
NOBODY = UUID(int=0)


class Begun(NamedTuple):
    """A way there: its address, and the secret that stays in the browser's cookie."""

    url: str
    browser: str


class Came(NamedTuple):
    """What came back, with the cookie of the browser that brings it."""

    returned: CompanyReturn
    browser: str
    origin: str


def place_of(tenant_id: UUID) -> str:
    """Return to what the kept secret of a provider is bound."""
    return f"company {tenant_id}"


async def offer(database: Database) -> CompanyOffer:
    """Say whether a company sign-in is offered here at all."""
    found = await on_file.lenders_with_company(database.pool, "")
    return CompanyOffer(is_offered=bool(found), needs_lender=len(found) > 1)


async def begin(database: Database, attempts: Bucket, lender: str, origin: str, now: datetime) -> Begun:
    """Send a browser to its company; raises TOO_MANY, COMPANY_ABSENT, COMPANY_UNREACHED."""
    _refuse_flood(attempts, now)
    found = await on_file.lenders_with_company(database.pool, lender)
    if len(found) != 1:
        raise Problem(factor_problems.COMPANY_ABSENT)
    company = await _company(database, found[0])
    async with company_asking.open_client() as client:
        endpoints = await company_asking.describe(client, company.issuer)
    if not company_rules.may_ask(endpoints.authorization_endpoint, company.issuer):
        raise Problem(factor_problems.COMPANY_UNREACHED)
    state, browser = new_token(), new_token()
    flow = FlowOnFile(tenant_id=found[0], nonce=new_token(), verifier=new_token())
    await on_file.insert_flow(database.pool, hash_of(state), hash_of(browser), flow, now + FLOW_LIFE)
    challenge = company_rules.pkce_challenge(flow.verifier)
    words = {"state": state, "nonce": flow.nonce, "code_challenge": challenge}
    return Begun(company_rules.way_to(endpoints, company, origin, words), browser)


async def finish(database: Database, vault: Vault, attempts: Bucket, came: Came, now: datetime) -> Opened:
    """Open a session for who comes back from the company.

    Raises TOO_MANY, COMPANY_SPENT, COMPANY_ABSENT, COMPANY_UNREACHED, COMPANY_REFUSED, COMPANY_UNKNOWN.
    """
    _refuse_flood(attempts, now)
    flow = await on_file.take_flow(database.pool, hash_of(came.returned.state), hash_of(came.browser), now)
    if flow is None:
        raise Problem(factor_problems.COMPANY_SPENT)
    company = await _company(database, flow.tenant_id)
    vouched = await _vouched(vault, company, flow, came, now)
    async with transaction(database, scope_of(NameOnFile(flow.tenant_id, NOBODY))) as tx:
        person = await _person(tx, flow.tenant_id, company.issuer, vouched, now)
        await doors.forget_failures(await bare(tx), [hash_of(f"login:{person.login}")])
        shown = Strength.TWO if company.counts_as_second else Strength.ONE
        return await open_session(tx, flow.tenant_id, person, None, shown, now)


def _refuse_flood(attempts: Bucket, now: datetime) -> None:
    wait_s = wait_for_token_s(attempts, now.timestamp())
    if wait_s > 0:
        raise Problem(TOO_MANY, retry_after_s=int(wait_s) + 1)


async def _company(database: Database, tenant_id: UUID) -> CompanyOnFile:
    async with transaction(database, scope_of(NameOnFile(tenant_id, NOBODY))) as tx:
        found = await on_file.company_of(await bare(tx), tenant_id)
    if found is None:
        raise Problem(factor_problems.COMPANY_ABSENT)
    return found


async def _vouched(vault: Vault, company: CompanyOnFile, flow: FlowOnFile, came: Came, now: datetime) -> Vouched:
    kept = company.kept_secret
    secret = None if kept is None else vault.give(kept, place_of(flow.tenant_id)).decode()
    fields = {
        "code": came.returned.code,
        "redirect_uri": came.origin + company_rules.RETURN_PATH,
        "code_verifier": flow.verifier,
    }
    async with company_asking.open_client() as client:
        endpoints = await company_asking.describe(client, company.issuer)
        id_token = await company_asking.redeem(client, endpoints, company, secret, fields)
        keys = await company_asking.keys_of(client, endpoints)
    expected = Expected(issuer=company.issuer, client_id=company.client_id, nonce=flow.nonce, claim=company.claim)
    vouched = company_rules.vouched_by(id_token, keys, expected, now)
    if vouched is None:
        raise Problem(factor_problems.COMPANY_REFUSED)
    return vouched


async def _person(
    tx: AsyncConnection, tenant_id: UUID, issuer: str, vouched: Vouched, now: datetime
) -> PersonOnFile:  # fmt: skip
    """Return whom the provider vouches for, and bind its lasting name to the person at the first time."""
    raw = await bare(tx)
    user_id = await on_file.user_of_subject(raw, issuer, vouched.subject)
    is_first = user_id is None
    if user_id is None:
        user_id = await _user_named(raw, tenant_id, vouched.login)
    person = None if user_id is None else await people.person_on_file(raw, user_id)
    if person is None or not person.is_active:
        raise Problem(factor_problems.COMPANY_UNKNOWN)
    if is_first:
        if not await on_file.bind_subject(raw, tenant_id, person.id, issuer, vouched.subject, now):
            raise Problem(factor_problems.COMPANY_UNKNOWN)
        act = Act(tenant_id=tenant_id, actor_id=person.id, device_id=None, at=now)
        await append(tx, [event(act, "user.company_bound", person.id, issuer=issuer)])
    return person


async def _user_named(raw: asyncpg.Connection, tenant_id: UUID, login: str) -> UUID | None:
    name = await doors.name_on_file(raw, login)
    return name.user_id if name is not None and name.tenant_id == tenant_id else None


async def set_company(tx: AsyncConnection, vault: Vault, act: Act, new: CompanySignInSet) -> None:
    """Let the people of a lender come in by its provider; raises COMPANY_UNFIT."""
    if not company_rules.is_issuer(new.issuer):
        raise Problem(factor_problems.COMPANY_UNFIT)
    secret = new.client_secret
    kept = None if secret is None else vault.keep(secret.encode(), place_of(act.tenant_id))
    company = CompanyOnFile(
        issuer=new.issuer,
        client_id=new.client_id,
        kept_secret=kept,
        claim=new.claim,
        counts_as_second=new.counts_as_second,
    )
    await on_file.put_company(await bare(tx), act.tenant_id, company, act.at)
    told = {"issuer": new.issuer, "claim": new.claim, "counts_as_second": new.counts_as_second}
    await append(tx, [event(act, "tenant.company_set", act.tenant_id, **told)])


async def remove_company(tx: AsyncConnection, act: Act) -> None:
    """End the company sign-in of a lender; raises COMPANY_ABSENT."""
    if not await on_file.delete_company(await bare(tx), act.tenant_id):
        raise Problem(factor_problems.COMPANY_ABSENT)
    await append(tx, [event(act, "tenant.company_removed", act.tenant_id)])
