"""How is a company's provider asked? By https, with a time-out, without redirects, and for at most 256 kB.

Its addresses come from its own description, which is asked for at each sign-in: nothing of it can be out of date.
"""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote

import aiohttp
import msgspec

from backend.identity import company_rules, factor_problems
from backend.identity.company_schemas import CompanyOnFile, Endpoints
from backend.kernel.problems import Problem

CONNECT_TIMEOUT_S, TOTAL_TIMEOUT_S = 5.0, 10.0
ANSWER_BYTES_MAX = 256 * 2**10
_Kind = TypeVar("_Kind")


class _Redeemed(msgspec.Struct, frozen=True):
    id_token: str


@asynccontextmanager
async def open_client() -> AsyncIterator[aiohttp.ClientSession]:
    """Give a client for the few questions of one sign-in."""
    timeout = aiohttp.ClientTimeout(total=TOTAL_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as client:
        yield client


async def describe(client: aiohttp.ClientSession, issuer: str) -> Endpoints:
    """Ask a provider for its description; raises COMPANY_UNREACHED, also for one that describes another."""
    body = await _ask(client, "GET", issuer.rstrip("/") + "/.well-known/openid-configuration", issuer)
    found = _read(body, Endpoints)
    if found.issuer != issuer:
        raise Problem(factor_problems.COMPANY_UNREACHED)
    return found


async def keys_of(client: aiohttp.ClientSession, endpoints: Endpoints) -> object:
    """Ask for the keys that tokens are signed with; raises COMPANY_UNREACHED."""
    found: object = _read(await _ask(client, "GET", endpoints.jwks_uri, endpoints.issuer), dict)
    return found


async def redeem(
    client: aiohttp.ClientSession,
    endpoints: Endpoints,
    company: CompanyOnFile,
    secret: str | None,
    fields: dict[str, str],
) -> str:
    """Give a code for an ID token; raises COMPANY_UNREACHED, also when the provider does not take the code."""
    headers: dict[str, str] = {}
    form = {"grant_type": "authorization_code", "client_id": company.client_id, **fields}
    methods = endpoints.token_endpoint_auth_methods_supported
    if secret is not None and "client_secret_post" in methods and "client_secret_basic" not in methods:
        form["client_secret"] = secret
    elif secret is not None:
        pair = f"{quote(company.client_id, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    body = await _ask(client, "POST", endpoints.token_endpoint, endpoints.issuer, form=form, headers=headers)
    return _read(body, _Redeemed).id_token


async def _ask(
    client: aiohttp.ClientSession,
    method: str,
    url: str,
    issuer: str,
    *,
    form: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    if not company_rules.may_ask(url, issuer):
        raise Problem(factor_problems.COMPANY_UNREACHED)
    try:
        async with client.request(method, url, data=form, headers=headers, allow_redirects=False) as answer:
            body = await answer.content.read(ANSWER_BYTES_MAX + 1)
            while not answer.content.at_eof() and len(body) <= ANSWER_BYTES_MAX:
                body += await answer.content.read(ANSWER_BYTES_MAX + 1 - len(body))
            is_fit = answer.status == HTTPStatus.OK
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise Problem(factor_problems.COMPANY_UNREACHED) from error
    if not is_fit or len(body) > ANSWER_BYTES_MAX:
        raise Problem(factor_problems.COMPANY_UNREACHED)
    return body


def _read(body: bytes, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise Problem(factor_problems.COMPANY_UNREACHED) from error
