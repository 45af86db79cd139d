"""Does every way to a person stand behind the contact gate? Each is listed with its entrance, and none is forgotten.

A mouth is a name that writes a row by which somebody is reached or sent, a port to the outside, or a library that
speaks to the outside. From each, every way up to a route or a job must pass a name that asks the entrance.
"""

import ast
import re

import pytest

from tests.tidy.references import Names, backend, modules, names_of
from tests.tidy.tree import expect_none

SPEAKING_TABLE = re.compile(
    r"call|visit|message|sms|mail|dial|robot|campaign|permit|lease|stop|letter|push|send|contact_e|line_"
)
INSERTED = re.compile(r"INSERT INTO ([a-z_]+)")
LIBRARIES = {
    "aiohttp", "aiosmpplib", "aiosmtplib", "httpx", "pywebpush", "requests", "smpp34", "smpplib", "smtplib",
    "urllib.request", "websockets",
}  # fmt: skip
PORT_METHODS = re.compile(r"^(send|dial|originate|ring|play|text|mail|post)")

JUDGED_AFTERWARDS = "backend.compliance.commands:plan_contacts"
"""What happened is never refused: a record is counted in its own statement, and the worker's reader judges it."""

ON_RECORD = "backend.calls.line.queries:verdict_on_record"
"""The desk asked before it dialled (`compliance.looking.judge_attempt`); a call names the verdict that it was given."""

GATED: dict[str, str] = {
    "backend.routing.plan_queries:INSERT_STOPS": "backend.routing.lawful:lawful_doors",
    "backend.routing.plan_queries:CARRY_OVER": "backend.routing.lawful:lawful_doors",
    "backend.compliance.permit_queries:INSERT_PERMITS": "backend.compliance.permits:all_drawn",
    "backend.cases.queue_queries:TAKE_NEXT": "backend.compliance.rules:evaluate",
    "backend.cases.queue_queries:TAKE_LEASE": "backend.compliance.judging:judge",
    "backend.calls.line.queries:INSERT_CALL": ON_RECORD,
    "backend.calls.robot.queries:INSERT_ROBOT_CALL": "backend.compliance.judging:judge",
    "backend.calls.queries:INSERT_CALLS": JUDGED_AFTERWARDS,
    "backend.visits.queries:INSERT_VISITS": JUDGED_AFTERWARDS,
}
"""Each mouth, and the entrance of the gate that every way to it asks."""

NO_CONTACT: dict[str, str] = {
    "backend.compliance.queries:_INSERT_EVENTS": "the count of a contact, written with its record",
    "backend.compliance.queries:TAKE_BACK": "takes contacts out of the counts again",
    "backend.compliance.queries:_INSERT_STOPS": "holds contacts back",
    "backend.compliance.disaster_queries:FREEZE": "holds contacts back",
    "backend.compliance.disaster_queries:LET_GO": "says that a stop is over; the gate is asked anew at each contact",
    "backend.compliance.release_queries:INSERT": "a wish that somebody else decides",
    "backend.compliance.release_queries:DECIDE": "a decision; the gate is asked at the contact all the same",
    "backend.compliance.queries:RAISE_STOP": "holds contacts back",
    "backend.compliance.queries:CLOSE_STOP": "says that a stop is over; the gate is asked anew at each contact",
    "backend.compliance.permit_queries:END_PERMITS": "ends a permit",
    "backend.compliance.permit_queries:LAPSE_PERMITS": "ends permits",
    "backend.outreach.queries:WRITE_MESSAGES": "to staff: `user_id` is one of our users, and the text names nobody",
    "backend.outreach.queries:PUT_SUBSCRIPTION": "a browser of our staff that wants to hear",
    "backend.cases.queue_queries:HOLD": "when a case of the queue may be called again, by the gate",
    "backend.calls.callback_queries:INSERT": "a wish of the client; the gate is asked anew at the dial",
    "backend.calls.line.ari": "the adapter of the port; it dials what stands in `line_calls`",
    "backend.calls.line.port:Line": "the port; who gives it an order wrote the call first",
    "backend.calls.line.queries:INSERT_ORDERS": "an order about a call that stands in `line_calls` already",
    "backend.calls.line.queries:INSERT_EVENT": "what the exchange said of a call",
    "backend.calls.line.recording_queries:START": "the recording of a call that was answered",
    "backend.calls.robot.queries:PUBLISH": "what a robot says, once it calls",
    "backend.calls.robot.queries:INSERT_CAMPAIGN": "an intention; each of its calls asks the gate when it is dialled",
    "backend.calls.robot.queries:INSERT_TARGETS": "whom a campaign means to call; the gate is asked at each dial",
    "backend.calls.quality.drawing_queries:ADD_DRAWN": "a call that was made is drawn to be listened to",
    "backend.outreach.sending": "web push to browsers that our staff signed in with; no client has one",
    "backend.identity.company_asking": "asks the lender's own sign-in provider",
    "backend.journal.stamping": "asks a time-stamping authority",
}
"""What looks like a mouth and reaches no client, and why."""


def is_edge(name: str) -> bool:
    """Tell whether a name is above all routes and jobs: what it uses has nothing to do with each other."""
    module, _, own = name.partition(":")
    return module.startswith("backend.app") or (module.rsplit(".", 1)[-1].endswith("routes") and own.endswith("router"))


def open_ways(names: Names, mouth: str, entrance: str) -> list[str]:
    """Return the names at the upper end of ways to a mouth on which nobody asks the entrance."""
    callers, asking = names.callers(), names.users_of(entrance)
    found: list[str] = []
    seen: set[str] = set()
    waiting = [mouth]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        if one != mouth and one in asking:
            continue
        above = [user for user in callers.get(one, ()) if not is_edge(user)]
        waiting += above
        if not above:
            found.append(one)
    return found


def writers(names: Names) -> set[str]:
    """Return every name that holds a statement which writes a row of a speaking table."""
    return {
        name
        for name, text in names.texts.items()
        if any(SPEAKING_TABLE.search(table) for table in INSERTED.findall(text))
    }


def speakers() -> set[str]:
    """Return every module that uses a library which speaks to the outside, and every port with a method that does."""
    found = set()
    for module, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import) and LIBRARIES & {one.name for one in node.names}:
                found.add(module)
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in LIBRARIES:
                found.add(module)
            if isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases):
                methods = [one.name for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
                found |= {f"{module}:{node.name}" for name in methods if PORT_METHODS.match(name)}
    return found


def test_every_mouth_is_listed() -> None:
    unlisted = (writers(backend()) | speakers()) - GATED.keys() - NO_CONTACT.keys()
    expect_none(sorted(unlisted), "reaches somebody, and nobody has said by which entrance of the gate (GATED)")


def test_every_listed_mouth_is_one() -> None:
    gone = (GATED.keys() | NO_CONTACT.keys()) - writers(backend()) - speakers()
    expect_none(sorted(gone), "listed, and is no mouth any more")


@pytest.mark.parametrize("mouth", sorted(GATED))
def test_every_way_to_a_mouth_asks_the_gate(mouth: str) -> None:
    names, entrance = backend(), GATED[mouth]
    assert entrance in names.functions, f"{entrance} is no function"
    expect_none(open_ways(names, mouth, entrance), f"ways to {mouth} that never ask {entrance}")


def test_every_entrance_leads_to_the_gate_itself() -> None:
    gate = {"backend.compliance.rules:evaluate", "backend.compliance.rules:windows"}
    names = backend()
    direct = set(GATED.values()) - {JUDGED_AFTERWARDS, ON_RECORD}
    outside = [one for one in direct if not gate & names.reached_from(one)]
    expect_none(outside, "an entrance that leads nowhere")
    # Records are counted by the entrance; the worker's reader judges them.
    assert "backend.compliance.jobs:judge_arrived" in names.reached_from("backend.app.worker:work")
    assert gate & names.reached_from("backend.compliance.jobs:judge_arrived")
    assert gate & names.reached_from("backend.compliance.looking:judge_attempt")


PLANTED = {
    "backend.letters.queries": 'SEND = "INSERT INTO letters (id) VALUES ($1)"\ndef put(raw): raw.execute(SEND)',
    "backend.letters.commands": (
        "from backend.compliance.judging import judge\nfrom backend.letters import queries\n"
        "def send(raw):\n    judge(raw)\n    queries.put(raw)\n"
        "def send_in_a_hurry(raw): queries.put(raw)"
    ),
    "backend.letters.routes": (
        "from backend.letters.commands import send, send_in_a_hurry\n"
        "def post(raw): send(raw)\ndef hurry(raw): send_in_a_hurry(raw)\nrouter = [post, hurry]"
    ),
    "backend.compliance.judging": "def judge(raw): ...",
}


def test_a_way_past_the_gate_is_found() -> None:
    """The test of the test: a command that forgets to ask, beside one that asks."""
    names = names_of({module: ast.parse(text) for module, text in PLANTED.items()})
    assert writers(names) == {"backend.letters.queries:SEND"}
    assert open_ways(names, "backend.letters.queries:SEND", "backend.compliance.judging:judge") == [
        "backend.letters.routes:hurry"
    ]
