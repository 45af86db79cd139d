"""Does a note that says too much wait for a person, once, and is it kept all the same?"""

from datetime import UTC, datetime

import pytest

from backend.compliance.contact_schemas import ExceptionDecision, Ruling
from backend.compliance.finding_queries import WrittenNote
from backend.compliance.findings import decide_finding, finding_of, lint_notes
from backend.identity.schemas import Act
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from backend.kernel.problems import Problem
from tests.backend.sync.phone import NOW
from tests.world import World

THREAT = "告诉他不还钱就后果自负"
DEBT = "已告知邻居他欠款8240元"


def note_of(text: str, party: str, zone: str) -> WrittenNote:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    return WrittenNote(id=new_id(), case_id=new_id(), user_id=new_id(), at=at, party=party, text=text, zone=zone)


@pytest.mark.parametrize(
    ("text", "party", "rules"),
    [
        ("客户答应周五还款", "obligor", None),
        (THREAT, "obligor", "CN-COND-03"),
        (DEBT, "obligor", None),
        (DEBT, "neighbour", "CN-3P-01"),
        (DEBT, "nobody", None),
        ("told him the police will arrest him", "obligor", "CN-COND-01"),
        ("客户说别人告诉他不还钱就后果自负", "obligor", None),
    ],
)
def test_a_note_is_found_by_what_it_tells_of_its_writer(text: str, party: str, rules: str | None) -> None:
    found = finding_of("visit", note_of(text, party, "Asia/Shanghai"))
    assert (found is None) is (rules is None)
    assert found is None or rules in found.rule_ids


def test_a_note_is_held_against_the_law_of_its_place_and_where_none_is_known_against_all() -> None:
    named = [finding_of("call", note_of(THREAT, "obligor", zone)) for zone in ("Asia/Shanghai", "Europe/Moscow")]
    rules = [set() if one is None else set(one.rule_ids) for one in named]
    assert rules[0] == {"CN-COND-03"}
    assert rules[1] == {"CN-COND-03", "EU-CSD-02", "IN-COND-01"}


async def test_a_finding_is_raised_once_and_its_writer_may_not_decide_it(
    database: Database, job_database: Database, world: World
) -> None:
    bad, good, gone = new_id(), new_id(), new_id()
    async with job_database.pool.acquire() as raw, raw.transaction():
        for call, note, withdrawn in ((bad, THREAT, None), (good, "约定周五", None), (gone, THREAT, NOW)):
            await raw.execute(
                "INSERT INTO calls (id, tenant_id, case_id, user_id, result, party, started_at, ended_at, note,"
                " withdrawn_at) VALUES ($1, $2, $3, $4, 'PROMISED', 'obligor', $5, $5, $6, $7)",
                call, world.tenant_id, world.cases[0], world.lin, NOW, note, withdrawn,
            )  # fmt: skip
        raised = [await lint_notes(raw, world.tenant_id, "call", [bad, good, gone], NOW) for _ in range(2)]
        finding = await raw.fetchval("SELECT id FROM note_findings WHERE tenant_id = $1", world.tenant_id)
    assert raised == [1, 0]
    said = ExceptionDecision(ruling=Ruling.UPHELD, reason="a threat")
    mine = Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=NOW)
    others = Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=NOW)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        with pytest.raises(Problem, match="forbidden"):
            await decide_finding(raw, mine, finding, said)
        await decide_finding(raw, others, finding, said)
        with pytest.raises(Problem, match="not_found"):
            await decide_finding(raw, others, finding, said)
        row = await raw.fetchrow("SELECT state, reason FROM note_findings WHERE id = $1", finding)
        note = await raw.fetchval("SELECT note FROM calls WHERE id = $1", bad)
    assert (tuple(row or ()), note) == (("upheld", "a threat"), THREAT)
