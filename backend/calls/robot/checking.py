"""May this flow call people? What is wrong with it, step by step; a flow with a fault is never published.

No dead ends, no loop without somebody who presses a key, a person within one key of every question (CN-AI-01), the
machine named and the recording announced in the first words, and no debt before the client has said who they are.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from backend.calls.codes import BY_CODE
from backend.calls.line.notices import NOTICES
from backend.calls.robot.rules import steps_of
from backend.calls.robot.schemas import Branch, End, Fault, Flow, HandOver, Listen, Say, Step
from backend.compliance.schemas import CollectorKind, Content, Lacks, Says
from backend.compliance.text_lint import Lint, lint

MUST_SHOW = (Lacks.IDENTITY, Lacks.AI_DISCLOSURE, Lacks.HUMAN_FALLBACK)
LANGUAGES = ("zh", "en")


def faults_of(flow: Flow) -> list[Fault]:
    """Return all that is wrong with a flow."""
    steps = steps_of(flow)
    faults = [*_names(flow, steps)]
    if faults:
        return faults  # what leads nowhere cannot be walked
    return [*_ways(flow, steps), *_first_words(flow, steps), *_words(flow), *_results(flow, steps)]


def content_of_flow(flow: Flow) -> Content:
    """Return the facts for the gate: what any step says, and what the first words lack."""
    says = {said for step in flow.steps if not isinstance(step, Branch) for said in _lint(step.text.zh, "zh").says}
    lacks = set(_lint(_text(steps_of(flow)[flow.entry], "zh"), "zh").lacks)
    return Content(says=sorted(says - {Says.DEBT_INFO}), lacks=sorted(lacks))


def ways_of(step: Step) -> list[str]:
    """Return where a step may lead."""
    match step:
        case Say():
            return [step.next]
        case Listen():
            return [*(choice.next for choice in step.choices), step.otherwise]
        case Branch():
            return [step.then, step.otherwise]
        case HandOver():
            return [step.otherwise]
        case End():
            return []


def _names(flow: Flow, steps: Mapping[str, Step]) -> Iterator[Fault]:
    if len(steps) < len(flow.steps):
        yield Fault(flow.entry, "two steps have one name")
    if flow.entry not in steps:
        yield Fault(flow.entry, "there is no such first step")
    if flow.notice_id not in NOTICES:
        yield Fault(flow.entry, f"there is no notice {flow.notice_id}")
    for step in flow.steps:
        for way in ways_of(step):
            if way not in steps:
                yield Fault(step.id, f"leads to {way}, which is not there")


def _ways(flow: Flow, steps: Mapping[str, Step]) -> Iterator[Fault]:
    reached = _reached(flow.entry, steps, is_confirmed=True)
    for step in flow.steps:
        if step.id not in reached:
            yield Fault(step.id, "is never reached")
        elif not any(isinstance(steps[one], End) for one in _reached(step.id, steps, is_confirmed=True)):
            yield Fault(step.id, "has no way to an end")
        if step.id in _without_a_key(step.id, steps):
            yield Fault(step.id, "comes back to itself without anybody pressing a key")
        if isinstance(step, Listen) and not any(isinstance(steps[one.next], HandOver) for one in step.choices):
            yield Fault(step.id, "has no key that leads to a person (CN-AI-01)")


def _reached(start: str, steps: Mapping[str, Step], *, is_confirmed: bool) -> set[str]:
    """Return what is reached from a step; unless `is_confirmed`, not by keys with which somebody says who they are."""
    found, waiting = set[str](), [start]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        step = steps[name]
        if isinstance(step, Listen) and not is_confirmed:
            waiting += [*(one.next for one in step.choices if not one.confirms), step.otherwise]
        else:
            waiting += ways_of(step)
    return found


def _without_a_key(start: str, steps: Mapping[str, Step]) -> set[str]:
    """Return what follows a step by itself."""
    found, waiting = set[str](), _by_itself(steps[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _by_itself(steps[name])
    return found


def _by_itself(step: Step) -> list[str]:
    return [step.otherwise] if isinstance(step, Listen) else ways_of(step)


def _first_words(flow: Flow, steps: Mapping[str, Step]) -> Iterator[Fault]:
    first = steps[flow.entry]
    if isinstance(first, Branch):
        yield Fault(first.id, "the first step must say who calls")
        return
    for language in LANGUAGES:
        text = _text(first, language)
        for lacking in MUST_SHOW:
            if lacking in _lint(text, language).lacks:
                yield Fault(first.id, f"its first words ({language}) lack {lacking.value}")
        if getattr(NOTICES[flow.notice_id], language).lower() not in text.lower():
            yield Fault(first.id, f"its first words ({language}) do not say that the call is recorded")


def _words(flow: Flow) -> Iterator[Fault]:
    steps = steps_of(flow)
    before = _reached(flow.entry, steps, is_confirmed=False)
    for step in flow.steps:
        if isinstance(step, Branch):
            continue
        for language in LANGUAGES:
            for said in _lint(_text(step, language), language).says:
                if said is not Says.DEBT_INFO:
                    yield Fault(step.id, f"must not say ({language}): {said.value}")
                elif step.id in before:
                    yield Fault(step.id, f"speaks of the debt ({language}) before it is known who listens")


def _results(flow: Flow, steps: Mapping[str, Step]) -> Iterator[Fault]:
    before = _reached(flow.entry, steps, is_confirmed=False)
    for step in flow.steps:
        if not isinstance(step, End | HandOver):
            continue
        result = BY_CODE.get(step.result)
        if result is None or step.party not in result.parties:
            yield Fault(step.id, f"{step.result} with {step.party} is no result of a call")
            continue
        if "C" in result.flags and step.id in before:
            yield Fault(step.id, "says that the client was reached, who has not said so")
        promises = step.promise_days if isinstance(step, End) else None
        if ("promise" in result.needs) != (promises is not None):
            yield Fault(step.id, "a promise has days, and nothing else has")
        if "next_on" in result.needs and step.next_days is None:
            yield Fault(step.id, "does not say in how many days to go on")
        if "amount" in result.needs:
            yield Fault(step.id, "asks for an amount, which no robot takes")


def _text(step: Step, language: str) -> str:
    return "" if isinstance(step, Branch) else (step.text.zh if language == "zh" else step.text.en)


@lru_cache(maxsize=1024)
def _lint(text: str, language: str) -> Lint:
    return lint(text, language, speaker=CollectorKind.LENDER)
