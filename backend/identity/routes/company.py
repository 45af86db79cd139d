"""How does a browser go to its company to sign in, and come back?"""

from litestar import Request, Response, Router, get, post
from litestar.datastructures import Cookie, State
from litestar.params import JSONBody

from backend.identity.admission import AtDoor, Door
from backend.identity.commands import company as acts
from backend.identity.company_schemas import CompanyAsked, CompanyOffer, CompanyReturn, CompanyWay
from backend.identity.factor_problems import COMPANY_SPENT
from backend.identity.routes.factors import FromVault
from backend.identity.routes.session import welcome
from backend.identity.schemas import BODY_BYTES_MAX, WhoAmI
from backend.kernel import clock
from backend.kernel.problems import Problem
from backend.kernel.web import FromDatabase

_Request = Request[object, object, State]


def _cookie(door: Door, browser: str, max_age_s: int) -> Cookie:
    """Return the cookie that ties the way back to the browser that began."""
    return Cookie(
        key=f"{door.cookie_name}-company",
        value=browser,
        path="/",
        max_age=max_age_s,
        secure=door.is_https,
        httponly=True,
        samesite="strict",
    )


@get("/offer", opt={"public": "whoever signs in is not known yet"})
async def offered(database: FromDatabase) -> CompanyOffer:
    """Say whether a company's sign-in is offered here."""
    return await acts.offer(database)


@post("/begin", opt={"public": "whoever signs in is not known yet"})
async def begin(data: JSONBody[CompanyAsked], database: FromDatabase, door: AtDoor) -> Response[CompanyWay]:
    """Say where the browser goes to sign in; it must come back within ten minutes."""
    begun = await acts.begin(database, door.sign_ins, data.lender, door.origin, clock.now())
    cookie = _cookie(door, begun.browser, int(acts.FLOW_LIFE.total_seconds()))
    return Response(CompanyWay(url=begun.url), status_code=201, cookies=[cookie])


@post("/", opt={"public": "whoever signs in is not known yet"})
async def finish(
    request: _Request, data: JSONBody[CompanyReturn], database: FromDatabase, vault: FromVault, door: AtDoor
) -> Response[WhoAmI]:
    """Sign in by what the company's provider gave to the browser."""
    now = clock.now()
    browser = request.cookies.get(f"{door.cookie_name}-company")
    if not browser:
        raise Problem(COMPANY_SPENT)
    came = acts.Came(returned=data, browser=browser, origin=door.origin)
    opened = await acts.finish(database, vault, door.sign_ins, came, now)
    answer = await welcome(request, database, door, opened, now)
    answer.set_cookie(_cookie(door, "", 0))
    return answer


router = Router(
    path="/session/company",
    route_handlers=[offered, begin, finish],
    tags=["session"],
    request_max_body_size=BODY_BYTES_MAX,
)
