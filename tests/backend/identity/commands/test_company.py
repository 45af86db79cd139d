"""Does a company's own sign-in let in whom it vouches for and who is on file here, and nobody else?"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import aiohttp
import pytest
from joserfc.jwk import ECKey

from backend.identity import factor_problems as problems
from backend.identity.commands import company
from backend.identity.commands import people as acts
from backend.identity.commands.sign_in import Opened
from backend.identity.company_schemas import CompanyReturn, CompanySignInSet
from backend.identity.schemas import Act
from backend.kernel import clock
from backend.kernel.db import Database, bare, transaction
from backend.kernel.problems import TOO_MANY, Kind, Problem
from backend.kernel.throttle import Bucket, full_bucket
from backend.kernel.vault import Vault
from tests.backend.identity.entering import add_app, enter, give_password, vault_in
from tests.backend.identity.journal import kinds_of
from tests.company import CLIENT_ID, CLIENT_SECRET, Company, company_of
from tests.world import World, make_world

ORIGIN = "http://localhost:8400"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """Keep secrets in a folder of this test."""
    return vault_in(tmp_path)


@pytest.fixture
async def provider(job_database: Database) -> AsyncIterator[Company]:
    """Give a company's provider that answers; afterwards no lender of these tests is sent to one that is gone."""
    with company_of() as one:
        yield one
    async with job_database.pool.acquire() as raw:
        await raw.execute("DELETE FROM company_sign_ins WHERE issuer = $1", one.issuer)


def act(world: World) -> Act:
    return Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=clock.now())


async def use(database: Database, vault: Vault, world: World, provider: Company, *, trusted: bool = False) -> None:
    """Let the people of a lender come in by this provider."""
    new = CompanySignInSet(
        issuer=provider.issuer,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        claim="email",
        counts_as_second=trusted,
    )
    async with transaction(database, world.scope(world.ada)) as tx:
        await company.set_company(tx, vault, act(world), new)


@pytest.fixture
async def known(database: Database, vault: Vault, world: World, provider: Company) -> World:
    """Let the people of the world come in by the provider, which vouches for Mei."""
    await use(database, vault, world, provider)
    provider.claims = {"email": login(world, "mei"), "email_verified": True}
    return world


def login(world: World, name: str) -> str:
    return f"{name}-{world.tenant_id.hex[-12:]}"


def lender(world: World) -> str:
    return f"north-{world.tenant_id.hex[-12:]}"


def wide() -> Bucket:
    return full_bucket(1000, 1000)


async def sent_back(database: Database, world: World, at: datetime | None = None) -> company.Came:
    """Go to the provider as a browser does, and come back with what it gives."""
    begun = await company.begin(database, wide(), lender(world), ORIGIN, at or clock.now())
    async with aiohttp.ClientSession() as browser, browser.get(begun.url, allow_redirects=False) as answer:
        path, _, query = answer.headers["Location"].partition("?")
    assert path == f"{ORIGIN}/enter/company"
    words = dict(parse_qsl(query))
    returned = CompanyReturn(code=words["code"], state=words["state"])
    return company.Came(returned=returned, browser=begun.browser, origin=ORIGIN)


async def come_in(database: Database, vault: Vault, world: World) -> Opened:
    return await company.finish(database, vault, wide(), await sent_back(database, world), clock.now())


async def refusal(database: Database, vault: Vault, world: World) -> Kind:
    with pytest.raises(Problem) as caught:
        await come_in(database, vault, world)
    return caught.value.kind


async def test_whoever_the_company_vouches_for_is_in_and_bound_to_its_lasting_name(
    database: Database, vault: Vault, known: World, provider: Company
) -> None:
    """AD-3."""
    opened = await come_in(database, vault, known)
    assert (opened.who.user_id, opened.who.owes_code) == (known.mei, False)
    assert provider.asked.count("/token") == 1
    provider.claims = {"email": "a.new.name@north.example", "email_verified": True}
    assert (await come_in(database, vault, known)).who.user_id == known.mei
    assert (await kinds_of(database, known, known.mei)).count("user.company_bound") == 1


async def test_a_name_that_was_given_to_somebody_else_opens_nothing(
    database: Database, vault: Vault, known: World, provider: Company
) -> None:
    await come_in(database, vault, known)
    provider.claims["sub"] = "somebody new"
    assert await refusal(database, vault, known) is problems.COMPANY_UNKNOWN


async def test_nobody_is_made_by_signing_in(
    database: Database, vault: Vault, known: World, provider: Company, job_database: Database
) -> None:
    """Neither a stranger, nor somebody of another lender, nor a leaver."""
    abroad = await make_world(job_database)
    for email in ("stranger@north.example", login(abroad, "mei")):
        provider.claims["email"] = email
        assert await refusal(database, vault, known) is problems.COMPANY_UNKNOWN
    async with transaction(database, known.scope(known.ada)) as tx:
        await acts.deactivate_user(tx, act(known), known.bo)
    provider.claims["email"] = login(known, "bo")
    assert await refusal(database, vault, known) is problems.COMPANY_UNKNOWN


@pytest.mark.parametrize(
    "claims",
    [{"nonce": "another"}, {"aud": "other"}, {"exp": 1}, {"iss": "http://localhost:1"}, {"email_verified": False}],
)
async def test_a_token_with_a_wrong_word_lets_nobody_in(
    database: Database, vault: Vault, known: World, provider: Company, claims: dict[str, object]
) -> None:
    provider.claims |= claims
    assert await refusal(database, vault, known) is problems.COMPANY_REFUSED


async def test_a_token_that_somebody_else_signed_lets_nobody_in(
    database: Database, vault: Vault, known: World, provider: Company
) -> None:
    provider.signing_key = ECKey.generate_key()
    assert await refusal(database, vault, known) is problems.COMPANY_REFUSED


async def test_the_way_back_is_good_once_in_the_same_browser_and_for_ten_minutes(
    database: Database, vault: Vault, known: World
) -> None:
    """RFC 9700, 2.1: state, cookie and PKCE tie the answer to who asked."""
    came = await sent_back(database, known)
    stranger = company.Came(came.returned, "x" * 43, ORIGIN)
    late = await sent_back(database, known, clock.now() - timedelta(minutes=11))
    for wrong in (stranger, late):
        with pytest.raises(Problem) as caught:
            await company.finish(database, vault, wide(), wrong, clock.now())
        assert caught.value.kind is problems.COMPANY_SPENT
    assert (await company.finish(database, vault, wide(), came, clock.now())).who.user_id == known.mei
    with pytest.raises(Problem) as caught:
        await company.finish(database, vault, wide(), came, clock.now())
    assert caught.value.kind is problems.COMPANY_SPENT


async def test_a_code_that_was_given_to_another_way_is_not_taken(
    database: Database, vault: Vault, known: World
) -> None:
    """The provider holds the verifier against the challenge of its own way."""
    one, other = await sent_back(database, known), await sent_back(database, known)
    mixed = company.Came(CompanyReturn(code=other.returned.code, state=one.returned.state), one.browser, ORIGIN)
    with pytest.raises(Problem) as caught:
        await company.finish(database, vault, wide(), mixed, clock.now())
    assert caught.value.kind is problems.COMPANY_UNREACHED


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://another.example"},
        {"authorization_endpoint": "http://169.254.169.254/"},
        {"jwks_uri": 7},
    ],
)
async def test_a_provider_that_describes_something_else_is_not_followed(
    database: Database, known: World, provider: Company, description: dict[str, object]
) -> None:
    provider.description = description
    with pytest.raises(Problem) as caught:
        await company.begin(database, wide(), lender(known), ORIGIN, clock.now())
    assert caught.value.kind is problems.COMPANY_UNREACHED


async def test_a_provider_that_is_down_is_said_to_be(
    database: Database, vault: Vault, known: World, provider: Company
) -> None:
    provider.is_down = True
    assert await refusal(database, vault, known) is problems.COMPANY_UNREACHED


async def test_the_companys_own_second_factor_counts_only_where_the_lender_says_so(
    database: Database, vault: Vault, known: World, provider: Company
) -> None:
    now = clock.now()
    await give_password(database, known, known.mei, now)
    await add_app(database, vault, await enter(database, known, "mei", now), now)
    assert (await come_in(database, vault, known)).who.owes_code is True
    await use(database, vault, known, provider, trusted=True)
    assert (await come_in(database, vault, known)).who.owes_code is False


async def test_the_secret_is_kept_encrypted_and_the_sign_in_ends_with_its_provider(
    database: Database, vault: Vault, known: World
) -> None:
    async with transaction(database, known.scope(known.ada)) as tx:
        kept = await (await bare(tx)).fetchval("SELECT client_secret FROM company_sign_ins")
        assert CLIENT_SECRET.encode() not in kept
        await company.remove_company(tx, act(known))
    assert await refusal(database, vault, known) is problems.COMPANY_ABSENT
    with pytest.raises(Problem) as caught:
        async with transaction(database, known.scope(known.ada)) as tx:
            await company.remove_company(tx, act(known))
    assert caught.value.kind is problems.COMPANY_ABSENT


async def test_a_lender_is_named_where_there_are_several(
    database: Database, vault: Vault, known: World, provider: Company, job_database: Database
) -> None:
    assert known.cases, "one lender has a company sign-in already"
    await use(database, vault, await make_world(job_database), provider)
    offered = await company.offer(database)
    assert (offered.is_offered, offered.needs_lender) == (True, True)
    for code in ("", "nobody"):
        with pytest.raises(Problem) as caught:
            await company.begin(database, wide(), code, ORIGIN, clock.now())
        assert caught.value.kind is problems.COMPANY_ABSENT


async def test_a_flood_waits(database: Database, known: World) -> None:
    dry = full_bucket(0.001, 1)
    await company.begin(database, dry, lender(known), ORIGIN, clock.now())
    with pytest.raises(Problem) as caught:
        await company.begin(database, dry, lender(known), ORIGIN, clock.now())
    assert caught.value.kind is TOO_MANY


@pytest.mark.parametrize("issuer", ["http://login.example", "https://login.example/?a=b", "ftp://login.example"])
async def test_a_provider_is_named_by_an_https_address(
    database: Database, vault: Vault, world: World, issuer: str
) -> None:
    new = CompanySignInSet(issuer=issuer, client_id="x", client_secret=None, claim="email", counts_as_second=False)
    with pytest.raises(Problem) as caught:
        async with transaction(database, world.scope(world.ada)) as tx:
            await company.set_company(tx, vault, act(world), new)
    assert caught.value.kind is problems.COMPANY_UNFIT
