"""What is the web application made of? The one place that wires routers, doors, headers and the life of the process."""

import gc
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import msgspec
from litestar import Litestar, Router, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Contact, License
from litestar.types import ControllerRouterHandler

from backend.app.demo.live import routes as demo_routes
from backend.app.serve import site_handler
from backend.calls import routes as call_routes
from backend.calls.line import routes as line_routes
from backend.calls.quality import routes as quality_routes
from backend.calls.robot import routes as robot_routes
from backend.cases import routes as case_routes
from backend.cases import territory_routes
from backend.compliance import disaster_routes, law_routes, release_routes
from backend.compliance import routes as verdict_routes
from backend.evidence import deletion_routes, redaction_routes, review_routes
from backend.evidence import routes as evidence_routes
from backend.evidence.storage import open_storage
from backend.identity import certificate_routes
from backend.identity.routes.parts import IdentityParts, identity_parts
from backend.integrations import routes as import_routes
from backend.kernel.boxes import open_boxes
from backend.kernel.db import Role, open_database
from backend.kernel.settings import Settings, read_settings
from backend.kernel.signing import open_signing_key
from backend.kernel.vault import open_vault
from backend.kernel.web import EXCEPTION_HANDLERS, CarefulRequest, headers_hook, page_headers
from backend.outreach import routes as push_routes
from backend.outreach.keys import open_push_signer
from backend.routing import board_routes
from backend.routing import routes as plan_routes
from backend.routing import town as town_map
from backend.routing.background import plans_life
from backend.sync import decide_routes, gate_routes, live_routes
from backend.sync import routes as sync_routes
from backend.sync.jobs import refresh_epoch
from backend.sync.live_routes import live_life
from backend.visits import routes as visit_routes

ROOT = Path(__file__).resolve().parents[2]
PWA = ROOT / "pwa"
BODY_BYTES_MAX = 2 * 2**20
COMPRESS_FROM_BYTES = 1024

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]


class Health(msgspec.Struct, frozen=True):
    """That the server answers."""

    status: str


@get(
    "/healthz", opt={"public": "asked by the supervisor and by load balancers before anybody signs in"}, tags=["health"]
)
async def healthz() -> Health:
    """Say that the server answers; it does not ask the database, whose troubles are told route by route."""
    return Health(status="ok")


COLLECT_AFTER, COLLECT_OLDER_AFTER = 20_000, (20, 50)


def app() -> Litestar:
    """Return the application as uvicorn starts it: settings from the environment.

    What it is made of stays as long as the process: Python's collector walked over all of it again and again, a third
    of the CPU of a push of 100. It is set apart, and batches of young objects are looked at less often.
    """
    application = make_app(read_settings())
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, *COLLECT_OLDER_AFTER)
    return application


def make_app(settings: Settings, *, is_described: bool = False) -> Litestar:
    """Return the application for these settings; nothing is opened before it starts.

    `is_described` adds the OpenAPI description with its routes; a served application has none of them.
    """
    parts = identity_parts(settings)
    return Litestar(
        route_handlers=[
            healthz,
            Router(path="/v1", route_handlers=feature_handlers(parts)),
            site_handler(PWA / "dist", settings.data_dir / "site"),
        ],
        guards=[parts.guard],
        dependencies=parts.dependencies,
        exception_handlers=EXCEPTION_HANDLERS,
        before_send=[headers_hook(page_headers(PWA), is_https=parts.door.is_https)],
        on_startup=[parts.check],
        lifespan=[life_of(settings), live_life, plans_life],
        openapi_config=openapi_config() if is_described else None,
        # The pull of a phone on a slow line is worth the CPU; push answers are small and stay as they are.
        compression_config=CompressionConfig(
            backend="gzip", gzip_compress_level=3, minimum_size=COMPRESS_FROM_BYTES, exclude_opt_key="uncompressed"
        ),
        request_class=CarefulRequest,
        request_max_body_size=BODY_BYTES_MAX,
        state=State({"settings": settings}),
        logging_config=None,
    )


def feature_handlers(parts: IdentityParts) -> list[ControllerRouterHandler]:
    """Return all routers under /v1, in the order of the ranks."""
    return [
        *parts.routers,
        evidence_routes.upload_router,
        evidence_routes.router,
        review_routes.router,
        redaction_routes.router,
        deletion_routes.router,
        verdict_routes.router,
        release_routes.router,
        disaster_routes.router,
        certificate_routes.router,
        law_routes.router,
        case_routes.router,
        case_routes.assignments_router,
        case_routes.queue_router,
        territory_routes.router,
        visit_routes.router,
        call_routes.router,
        quality_routes.router,
        line_routes.router,
        robot_routes.router,
        import_routes.router,
        push_routes.router,
        town_map.router,
        plan_routes.router,
        board_routes.router,
        sync_routes.router,
        gate_routes.router,
        decide_routes.router,
        live_routes.router,
        demo_routes.router,
    ]


def life_of(settings: Settings) -> Lifespan:
    """Return what is opened before the first request and closed after the last."""

    @asynccontextmanager
    async def life(application: Litestar) -> AsyncGenerator[None, None]:
        jobs = await open_database(settings.database_url, role=Role.JOB, pool_size=1)
        async with jobs.pool.acquire() as raw:
            await refresh_epoch(raw)
        await jobs.close()
        database = await open_database(
            settings.database_url,
            role=Role.API,
            pool_size=settings.pool_size,
            statement_timeout_s=settings.statement_timeout_s,
        )
        application.state.database = database
        application.state.storage = open_storage(settings.files_url, settings.data_dir)
        application.state.signing_key = open_signing_key(settings.data_dir / "keys")
        application.state.boxes = open_boxes(settings.data_dir / "keys")
        application.state.vault = open_vault(settings.data_dir / "keys")
        application.state.push_signer = open_push_signer(settings.data_dir / "keys", settings.push_contact)
        try:
            yield
        finally:
            await database.close()

    return life


def openapi_config() -> OpenAPIConfig:
    """Return the description of the API; it is written to openapi/, never served."""
    return OpenAPIConfig(
        title="Rounds",
        version="1",
        summary="Post-loan field collection: cases, day plans, visits, calls, evidence, sync.",
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        contact=Contact(name="Rounds"),
        use_handler_docstrings=True,
    )
