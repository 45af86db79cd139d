"""How do tests speak to an application without a server, and how do they make a request that is never sent?"""

from collections.abc import Mapping
from typing import Any  # a request of the framework leaves open what its user, auth and state are

import httpx
from litestar import HttpMethod, Litestar, Request
from litestar.testing import RequestFactory


def transport_to(app: Litestar) -> httpx.ASGITransport:
    """Return a transport that calls the application in this process."""
    # The scope is a TypedDict to litestar and a MutableMapping to httpx, which are never the same to a type checker:
    # https://github.com/python/mypy/issues/4976
    return httpx.ASGITransport(app)  # type: ignore[arg-type]


def unsent(
    app: Litestar | None, path: str, headers: Mapping[str, str], method: HttpMethod = HttpMethod.GET
) -> Request[Any, Any, Any]:
    """Return a request as the application would see it."""
    request = RequestFactory(app=app).get(path, headers=dict(headers))
    request.scope["method"] = method
    return request
