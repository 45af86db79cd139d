"""Which files does the API publish? Three under openapi/, committed and compared."""

from pathlib import Path
from typing import Any  # an OpenAPI document is a tree of any JSON

import msgspec

from backend.app.asgi import ROOT, make_app
from backend.calls import codes as call_codes
from backend.calls import problems as call_problems
from backend.calls.line import problems as line_problems
from backend.calls.quality import problems as quality_problems
from backend.calls.robot import problems as robot_problems
from backend.cases import codes as case_codes
from backend.cases import problems as case_problems
from backend.compliance import disaster_problems, limitation_problems, release_problems
from backend.evidence import problems as evidence_problems
from backend.identity import factor_problems
from backend.identity import problems as identity_problems
from backend.integrations import problems as import_problems
from backend.kernel import problems as kernel_problems
from backend.kernel.problems import Kind
from backend.kernel.settings import read_settings
from backend.outreach import problems as push_problems
from backend.promises import problems as promise_problems
from backend.routing import problems as routing_problems
from backend.sync import problems as sync_problems
from backend.sync.mutations import MUTATIONS
from backend.sync.schemas import LeftBehind, PushRequest
from backend.visits import codes as visit_codes
from backend.visits import problems as visit_problems

FOLDER = ROOT / "openapi"
PROBLEMS: tuple[Kind, ...] = (
    *kernel_problems.KINDS,
    *identity_problems.KINDS,
    *factor_problems.KINDS,
    *case_problems.KINDS,
    *limitation_problems.KINDS,
    *release_problems.KINDS,
    *disaster_problems.KINDS,
    *promise_problems.KINDS,
    *evidence_problems.KINDS,
    *visit_problems.KINDS,
    *call_problems.KINDS,
    *line_problems.KINDS,
    *robot_problems.KINDS,
    *quality_problems.KINDS,
    *import_problems.KINDS,
    *push_problems.KINDS,
    *routing_problems.KINDS,
    *sync_problems.KINDS,
)


def documents() -> dict[str, bytes]:
    """Return the files by name, exactly as they are committed."""
    described = make_app(read_settings({"DATABASE_URL": "postgresql://nowhere"}), is_described=True)
    codes = {
        "visit": visit_codes.RESULTS,
        "call": call_codes.RESULTS,
        "parties": case_codes.PARTIES,
        "next_steps": case_codes.NEXT_STEPS,
        "reveal_reasons": case_codes.REVEAL_REASONS,
        "skip_reasons": case_codes.SKIP_REASONS,
        "outside_reasons": case_codes.OUTSIDE_REASONS,
    }
    problems = sorted(PROBLEMS, key=lambda kind: kind.code)
    return {
        "openapi.json": _pretty(_with_mutations(described.openapi_schema.to_schema())),
        "problems.json": _pretty({"problems": problems}),
        "codes.json": _pretty(codes),
    }


def _with_mutations(document: dict[str, Any]) -> dict[str, Any]:
    """Add what the framework cannot see: the body of a push, which the handler reads itself, and those of its items."""
    kinds = {name: kind.body for name, kind in MUTATIONS.items()}
    _, shapes = msgspec.json.schema_components(
        [PushRequest, LeftBehind, *kinds.values()], ref_template="#/components/schemas/{name}"
    )
    document["components"]["schemas"] |= shapes
    document["x-mutations"] = {
        name: {"schema": MUTATIONS[name].schema, "body": {"$ref": f"#/components/schemas/{body.__name__}"}}
        for name, body in kinds.items()
    }
    for path, body in (("/v1/sync/push", PushRequest), ("/v1/sync/left-behind", LeftBehind)):
        reference = {"$ref": f"#/components/schemas/{body.__name__}"}
        content = {"application/json": {"schema": reference}}
        document["paths"][path]["post"]["requestBody"] = {"required": True, "content": content}
    return document


def write_documents(folder: Path = FOLDER) -> list[Path]:
    """Write the files; returns their paths."""
    folder.mkdir(exist_ok=True)
    paths = []
    for name, content in documents().items():
        path = folder / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def _pretty(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"
