"""Which flows may call people? Each fault by itself, planted in the flow that is shipped."""

from collections.abc import Callable

import msgspec
import pytest

from backend.calls.robot.checking import content_of_flow, faults_of
from backend.calls.robot.commands import shipped_flows
from backend.calls.robot.schemas import Flow
from backend.compliance.schemas import Lacks, Says

Steps = dict[str, dict[str, object]]
(SHIPPED,) = [flow for flow in shipped_flows() if flow.code == "reminder"]
BYE = {"zh": "再见。", "en": "Goodbye."}


def changed(change: Callable[[Steps], None]) -> Flow:
    body = msgspec.json.decode(msgspec.json.encode(SHIPPED))
    steps = {step["id"]: step for step in body["steps"]}
    change(steps)
    return msgspec.convert(body | {"steps": list(steps.values())}, Flow)


def said(steps: Steps, step: str, zh: str, en: str) -> None:
    steps[step]["text"] = {"zh": zh, "en": en}


def end(name: str, result: str, party: str, **more: object) -> dict[str, object]:
    return {"does": "end", "id": name, "result": result, "party": party, "text": BYE, **more}


def looping(steps: Steps) -> None:
    steps["how_much"] |= {"then": "again", "otherwise": "again"}
    steps["again"] = {"does": "say", "id": "again", "next": "how_much", "text": BYE}


def no_person(steps: Steps) -> None:
    steps["ask"]["choices"] = [{"key": "1", "next": "promised"}]


def reached_unasked(steps: Steps) -> None:
    steps["wrong"] |= {"result": "RPC_REFUSED", "party": "obligor"}


def debt_unasked(steps: Steps) -> None:
    said(steps, "wrong", "您有一笔贷款逾期未还。", "Your loan is overdue.")


@pytest.mark.parametrize(
    ("change", "step", "says"),
    [
        (lambda s: s["how_much"].update(then="gone"), "how_much", "leads to gone"),
        (lambda s: s.update(lost=end("lost", "NO_ANSWER", "nobody")), "lost", "is never reached"),
        (looping, "how_much", "has no way to an end"),
        (looping, "again", "without anybody pressing a key"),
        (no_person, "ask", "no key that leads to a person"),
        (lambda s: said(s, "greeting", "您好。", "Hello."), "greeting", "lack ai_disclosure"),
        (lambda s: said(s, "greeting", "您好。", "Hello."), "greeting", "do not say that the call is recorded"),
        (debt_unasked, "wrong", "speaks of the debt (zh)"),
        (lambda s: said(s, "no_word", "再不还款就报警抓你。", "Pay now or be arrested."), "no_word", "must not say"),
        (reached_unasked, "wrong", "who has not said so"),
        (lambda s: s["promised"].pop("promise_days"), "promised", "a promise has days"),
        (lambda s: s["later"].pop("next_days"), "later", "in how many days"),
        (lambda s: s["paid"].update(result="NOT_THERE"), "paid", "is no result of a call"),
        (lambda s: s["paid"].update(party="nobody"), "paid", "is no result of a call"),
        (lambda s: s["paid"].update(result="RPC_PAID_NOW"), "paid", "which no robot takes"),
    ],
)
def test_a_fault_is_found_at_its_step(change: Callable[[Steps], None], step: str, says: str) -> None:
    found = [fault for fault in faults_of(changed(change)) if fault.step == step]
    assert any(says in fault.says for fault in found), found


def test_the_shipped_flow_has_none_and_the_gate_is_told_what_it_says() -> None:
    assert faults_of(SHIPPED) == []
    content = content_of_flow(SHIPPED)
    assert content.says == []
    assert not {Lacks.IDENTITY, Lacks.AI_DISCLOSURE, Lacks.HUMAN_FALLBACK} & set(content.lacks)


def test_the_gate_hears_of_a_threat_in_a_flow() -> None:
    threat = changed(lambda s: said(s, "no_word", "再不还款就报警抓你。", "Pay now or be arrested."))
    assert set(content_of_flow(threat).says) & {Says.THREAT, Says.AUTHORITY}
