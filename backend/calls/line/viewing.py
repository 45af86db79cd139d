"""What does a desk see of a call on the line, and of the line itself?"""

import asyncpg

from backend.calls.line import notices, queries, recording_queries, rules
from backend.calls.line.schemas import LineCall, LineCallView, LineView, State
from backend.calls.line.tel import tel_link


async def view_of(raw: asyncpg.Connection, call: LineCall) -> LineCallView:
    """Return a call with its recording and the stretches that were not recorded."""
    kept = await recording_queries.one(raw, call.tenant_id, call.id)
    words = [] if kept is None else await queries.words_of(raw, call.tenant_id, call.id)
    return LineCallView(
        id=call.id,
        case_id=call.case_id,
        contact_point_id=call.contact_point_id,
        user_id=call.user_id,
        adapter=call.adapter,
        state=call.state,
        asked_at=call.asked_at,
        rang_at=call.rang_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        cause=call.cause,
        suggested_result=call.suggested_result,
        is_recorded=kept is not None,
        is_paused=call.is_paused,
        paused=rules.paused_spans(words),
        recording=None if kept is None else kept.view,
        tel=await _tel(raw, call),
    )


async def _tel(raw: asyncpg.Connection, call: LineCall) -> str | None:
    """Return the link that a telephone of one's own dials: where there is an exchange, it dials, and nobody sees it."""
    if call.state is not State.BY_HAND:
        return None
    number = await queries.number_of(raw, call.tenant_id, call.contact_point_id)
    return None if number is None else tel_link(number)


def line_view(adapter: str) -> LineView:
    """Return by what calls are placed; by hand nothing is recorded here, and the gate is to be told so."""
    notice = notices.NOTICES[notices.PRESENT]
    records = adapter != "tel"
    return LineView(
        adapter=adapter,
        records=records,
        notice_id=notices.PRESENT if records else None,
        notice_zh=notice.zh,
        notice_en=notice.en,
    )
