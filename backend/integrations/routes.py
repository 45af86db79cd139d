"""How does a book come in over HTTP? Upload, look, choose a mapping, start, watch, fetch the refused lines."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

from litestar import Request, Router, get, post, put
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream

from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.identity.principal import Principal
from backend.integrations import queries
from backend.integrations.commands import runs
from backend.integrations.commands.runs import By
from backend.integrations.looking import guess_apart, inspect_apart
from backend.integrations.queries import NewRun
from backend.integrations.refused import refused_csv
from backend.integrations.rules.reasons import Language
from backend.integrations.schemas import (
    Guess,
    Mapping,
    MappingName,
    MappingPage,
    Run,
    RunPage,
    SavedMapping,
    StartRun,
)
from backend.integrations.spool import spool_folder, spool_stream
from backend.kernel import clock
from backend.kernel.db import bare, bare_transaction
from backend.kernel.ids import new_id
from backend.kernel.settings import Settings
from backend.kernel.web import FromDatabase, Tx

UPLOAD_BYTES_MAX = 512 * 2**20
"""One upload; a larger book comes at the command line."""
RUNS_SHOWN = 50
_OPT = {"permission": Permission.BOOK_IMPORT}
FileName = Annotated[
    str, QueryParameter(name="name", min_length=1, max_length=200, description="the file's name, to be shown again")
]
InLanguage = Annotated[Language, QueryParameter(name="language", description="the language of the reasons")]


def folder_of(state: State) -> Path:
    """Return the folder of waiting files; raises TypeError when the application was put together wrongly."""
    settings = state.get("settings")
    if not isinstance(settings, Settings):
        raise TypeError("app.state.settings is not Settings")
    return spool_folder(settings.data_dir)


@post("/imports", status_code=201, opt=_OPT, request_max_body_size=UPLOAD_BYTES_MAX)
async def upload(
    request: Request[Principal, object, State], who: Who, database: FromDatabase, file_name: FileName
) -> Run:
    """Take a file in: the body is the file itself, streamed to disk; nothing of it is read yet."""
    run_id = new_id()
    folder = await asyncio.to_thread(folder_of, request.app.state)
    spooled = await spool_stream(_chunks(request), folder, run_id, UPLOAD_BYTES_MAX)
    by = By(who.tenant_id, who.user_id)
    async with bare_transaction(database, who.scope()) as raw:
        new = NewRun(run_id, file_name, spooled.name, spooled.byte_count, spooled.sha256)
        await runs.take_file(raw, by, new, clock.now())
        return (await runs.load_run(raw, by.tenant_id, run_id)).run


@get("/imports", opt=_OPT)
async def list_imports(tx: Tx, who: Who) -> RunPage:
    """List the newest imports."""
    return RunPage(runs=await queries.newest_runs(await bare(tx), who.tenant_id, RUNS_SHOWN))


@get("/imports/{run_id:uuid}", opt=_OPT)
async def show_import(tx: Tx, who: Who, run_id: FromPath[UUID]) -> Run:
    """Show how far an import is."""
    return (await runs.load_run(await bare(tx), who.tenant_id, run_id)).run


@get("/imports/{run_id:uuid}/guess", opt=_OPT)
async def guess(
    request: Request[Principal, object, State], who: Who, database: FromDatabase, run_id: FromPath[UUID]
) -> Guess:
    """Look at the first lines of an uploaded file: what it is, which mappings fit, what a new one could be."""
    async with bare_transaction(database, who.scope()) as raw:
        stored = await runs.load_run(raw, who.tenant_id, run_id)
        mappings = await runs.all_mappings(raw, who.tenant_id)
    return await guess_apart(folder_of(request.app.state) / stored.spool_name, mappings)


@post("/imports/{run_id:uuid}/start", status_code=202, opt=_OPT)
async def start(
    request: Request[Principal, object, State],
    who: Who,
    database: FromDatabase,
    run_id: FromPath[UUID],
    data: JSONBody[StartRun],
) -> Run:
    """Queue an import for the worker, or one that was interrupted or failed again; file and mapping are checked first.

    Going on stores nothing twice.
    """
    async with bare_transaction(database, who.scope()) as raw:
        stored = await runs.load_run(raw, who.tenant_id, run_id)
    file = await inspect_apart(folder_of(request.app.state) / stored.spool_name)
    async with bare_transaction(database, who.scope()) as raw:
        by = By(who.tenant_id, who.user_id)
        return (await runs.queue_run(raw, by, run_id, data, file, clock.now())).run


@get("/imports/{run_id:uuid}/refused.csv", opt=_OPT, media_type="text/csv; charset=utf-8")
async def refused(
    tx: Tx, who: Who, database: FromDatabase, run_id: FromPath[UUID], language: InLanguage = "en"
) -> Stream:
    """Give the refused lines as they came, with the reasons behind them; fixed, the same file can be sent again."""
    stored = await runs.load_run(await bare(tx), who.tenant_id, run_id)

    async def lines() -> AsyncGenerator[str, None]:
        # The transaction of the request is over when a streamed body is read: this one lives as long as the stream.
        async with bare_transaction(database, who.scope()) as raw:
            async for line in refused_csv(raw, who.tenant_id, stored, language):
                yield line

    disposition = f'attachment; filename="refused-{run_id}.csv"'
    return Stream(lines, headers={"Content-Disposition": disposition}, media_type="text/csv; charset=utf-8")


@get("/import-mappings", opt=_OPT)
async def list_mappings(tx: Tx, who: Who) -> MappingPage:
    """List all mappings, the newest version of each."""
    return MappingPage(mappings=await runs.all_mappings(await bare(tx), who.tenant_id))


@put("/import-mappings/{name:str}", opt=_OPT)
async def save_mapping(tx: Tx, who: Who, name: FromPath[MappingName], data: JSONBody[Mapping]) -> SavedMapping:
    """Save a mapping under a name, as its next version; earlier versions stay as they were."""
    return await runs.save_mapping(await bare(tx), By(who.tenant_id, who.user_id), name, data, clock.now())


async def _chunks(request: Request[Principal, object, State]) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        yield chunk


router = Router(
    path="/",
    tags=["imports"],
    route_handlers=[
        upload, list_imports, show_import, guess, start, refused, list_mappings, save_mapping,
    ],
)  # fmt: skip
