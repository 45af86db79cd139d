"""What do those who watch over the law read? An exception with its proof, a verdict made again, the packs in force."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance import law_queries as queries
from backend.compliance.calendars import calendars_of
from backend.compliance.choosing import hash_of, shipped_packs
from backend.compliance.contact_schemas import Kept
from backend.compliance.law_schemas import (
    ExceptionFile,
    ExceptionSort,
    LawView,
    Linted,
    LintWish,
    PackView,
    RuleView,
    RuleWords,
    VerdictFile,
)
from backend.compliance.packs import Pack
from backend.compliance.replaying import replay
from backend.compliance.schemas import Event
from backend.compliance.text_lint import is_safe_for_third_person, lint
from backend.compliance.verdict_queries import kept_verdict
from backend.kernel.problems import NOT_FOUND, Problem

_HASHES, _HISTORY = msgspec.json.Decoder(list[str]), msgspec.json.Decoder(list[Event])


async def law_today(raw: asyncpg.Connection, tenant_id: UUID, today: date) -> LawView:
    """Return the packs that are in force or drafted, and the calendars with the years they lack."""
    return LawView(
        as_of=today,
        packs=[_pack(pack) for pack in sorted(shipped_packs(), key=lambda one: one.pack_id)],
        calendars=await calendars_of(raw, tenant_id, today),
    )


async def review_file(raw: asyncpg.Connection, tenant_id: UUID, review_id: UUID) -> ExceptionFile:
    """Return an exception with what it rests on; raises Problem (not_found) when none of this id is seen."""
    row = await queries.review(raw, tenant_id, review_id)
    if row is None:
        raise Problem(NOT_FOUND)
    if row.sort is ExceptionSort.NOTE:
        note = await queries.note_of(raw, tenant_id, review_id)
        found = [] if note is None else note.found
        words = words_of(row.rule_ids, shipped_packs())
        return ExceptionFile(row=row, verdict=None, note=None if note is None else note.text, found=found, rules=words)
    kept = None if row.verdict_id is None else await kept_verdict(raw, row.verdict_id)
    verdict = None if kept is None else verdict_file(kept)
    words = words_of(row.rule_ids, shipped_packs()) if verdict is None else verdict.rules
    return ExceptionFile(row=row, verdict=verdict, note=None, found=[], rules=words)


async def verdict_again(raw: asyncpg.Connection, verdict_id: UUID) -> VerdictFile:
    """Return a verdict with what it saw, made again from its record; raises Problem (not_found)."""
    kept = await kept_verdict(raw, verdict_id)
    if kept is None:
        raise Problem(NOT_FOUND)
    return verdict_file(kept)


def verdict_file(kept: Kept) -> VerdictFile:
    """Put a kept verdict together with the words of the law that it was judged by. Pure."""
    record, done = kept.record, replay(kept)
    history = kept.inputs.get(("history", record.history or ""))
    return VerdictFile(
        id=kept.id,
        situation=_written(record.situation),
        history=None if history is None else [_written(one) for one in _HISTORY.decode(history)],
        verdict=record.verdict,
        rules=words_of(record.verdict.rule_ids, _packs_of(kept)),
        law=record.law,
        again=done.verdict,
        faults=done.faults,
    )


def words_of(rule_ids: Sequence[str], packs: Iterable[Pack]) -> list[RuleWords]:
    """Return what rules say; an id that no pack has words for is left out."""
    found: dict[str, RuleWords] = {}
    for pack in packs:
        for rule_id, article in pack.articles.items():
            if rule_id in rule_ids:
                found.setdefault(
                    rule_id,
                    RuleWords(
                        id=rule_id,
                        zh=article.zh,
                        en=article.en,
                        source=article.source,
                        confidence=article.confidence,
                        pack_id=pack.pack_id,
                    ),
                )
    return [found[rule_id] for rule_id in sorted(found)]


def linted(wish: LintWish) -> Linted:
    """Lint a script or template. Pure."""
    done = lint(wish.text, wish.language, speaker=wish.speaker)
    rules = {rule for one in done.found for rule in one.rules}
    return Linted(
        says=done.says,
        lacks=done.lacks,
        found=done.found,
        is_cut=done.is_cut,
        is_safe_for_third_person=is_safe_for_third_person(done),
        rules=words_of(sorted(rules), shipped_packs()),
    )


def _written(value: msgspec.Struct) -> dict[str, object]:
    """Return a struct as JSON without what is at its default: only what somebody said of the contact is read."""
    written: dict[str, object] = {}
    for field in msgspec.structs.fields(value):
        held = getattr(value, field.name)
        plain = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        if field.required or held != plain:
            written[field.encode_name] = (
                _written(held) if isinstance(held, msgspec.Struct) else msgspec.to_builtins(held)
            )
    return written


def _packs_of(kept: Kept) -> list[Pack]:
    """Return the packs of then; of a record that lacks one, those that are there."""
    law = kept.inputs.get(("law", kept.record.law))
    bodies = [] if law is None else [kept.inputs.get(("pack", digest)) for digest in _HASHES.decode(law)]
    return [msgspec.json.decode(body, type=Pack) for body in bodies if body is not None]


def _pack(pack: Pack) -> PackView:
    kinds, severities = defaultdict(set), defaultdict(set)
    for rule in pack.rules:
        kinds[rule.id].add(rule.kind.value)
        severities[rule.id].add(rule.severity.value)
    rules = [
        RuleView(
            id=rule_id,
            kinds=sorted(kinds[rule_id]),
            severities=sorted(severities[rule_id]),
            zh=article.zh,
            en=article.en,
            source=article.source,
            confidence=article.confidence,
        )
        for rule_id, article in sorted(pack.articles.items())
    ]
    return PackView(
        pack_id=pack.pack_id,
        version=pack.version,
        status=pack.status,
        effective_from=pack.since,
        effective_to=pack.effective_to,
        modelled_on=pack.modelled_on,
        sha256=hash_of(pack),
        jurisdictions=sorted(pack.applies_when.jurisdictions or []),
        rules=rules,
    )
