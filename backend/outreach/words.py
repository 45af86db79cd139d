"""Which words does a push carry? Fixed ones, in every language: never a name, a number or an amount."""

import msgspec

from backend.outreach.schemas import Language, MessageKind


class Words(msgspec.Struct, frozen=True):
    """Title and one line."""

    title: str
    body: str


def _both(chinese: tuple[str, str], english: tuple[str, str]) -> dict[Language, Words]:
    return {Language.CHINESE: Words(*chinese), Language.ENGLISH: Words(*english)}


WORDS: dict[MessageKind, dict[Language, Words]] = {
    MessageKind.PLAN_PUBLISHED: _both(
        ("行程已发布", "打开查看要走访的地点和顺序。"),
        ("Your day is planned", "Open to see your stops and their order."),
    ),
    MessageKind.PLAN_CHANGED: _both(
        ("行程有变动", "出发去下一站前请先查看。"), ("Your day has changed", "Look before you go to the next stop.")
    ),
    MessageKind.CASE_GIVEN: _both(
        ("有新案件分配给您", "打开查看您的案件。"), ("New work for you", "Open to see what was assigned to you.")
    ),
    MessageKind.CASE_TAKEN: _both(
        ("有案件已转出", "不要再上门，请查看您的清单。"),
        ("Work was taken off your list", "Do not go there; look at your list."),
    ),
    MessageKind.CLIENT_PAID: _both(
        ("有客户已还款", "上门前请先查看案件。"), ("A client has paid", "Look at the case before you go there.")
    ),
    MessageKind.DEBT_LOWERED: _both(
        ("有案件的逾期已减少", "上门前请先查看案件。"),
        ("Less is due on a case", "Look at the case before you go there."),
    ),
    MessageKind.DEADLINE_NEAR: _both(
        ("有法定期限临近", "打开查看到期日和要做的事。"),
        ("A date of the law comes near", "Open to see which, and what must be done by then."),
    ),
}
