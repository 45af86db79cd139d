"""Which results can a call have? The code list of the vocabulary, with what each asks for and leads to."""

from collections.abc import Iterable

from backend.cases.codes import Result
from backend.compliance.contact_schemas import Meaning, Raised
from backend.compliance.schemas import Channel, EventKind, StatusKind

_CLIENT = ["obligor", "co_borrower", "guarantor"]
_THIRD = ["spouse", "relative", "employer", "neighbour", "unknown", "co_borrower", "guarantor", "lawyer"]
_NOBODY = ["nobody"]
_ANY = [*_CLIENT, "spouse", "relative", "employer", "neighbour", "lawyer", "unknown"]

RESULTS = (
    Result("RPC_PROMISE", "承诺还款", "Promised to pay", "AC", "SUCCESS", _CLIENT, ["promise"], True, "wait_promise"),
    Result("RPC_PAID_NOW", "当场还款", "Paid now", "AC", "SUCCESS", _CLIENT, ["amount"], False, "match_payment"),
    Result("RPC_ALREADY_PAID", "声称已还", "Says it is paid", "AC", "SUCCESS", _CLIENT, [], True, "match_payment"),
    Result("RPC_REFUSED", "拒绝还款", "Refused", "AC", "SUCCESS", _CLIENT, [], True, "call"),
    Result(
        "RPC_HARDSHIP", "暂无能力/困难", "Cannot pay now (hardship)", "AC", "SUCCESS", _CLIENT, [], True, "hardship"
    ),
    Result("RPC_DISPUTE", "对欠款有异议", "Disputes the amount", "ACS", "SUCCESS", _CLIENT, ["note"], True, "dispute"),
    Result("NO_ANSWER", "无人接听", "No answer", "A", "FAIL", _NOBODY, [], True, "call"),
    Result("BUSY", "忙线", "Busy", "A", "FAIL", _NOBODY, [], True, "call"),
    Result("RPC_CALLBACK", "约定回电", "Asked to be called back", "AC", "SUCCESS", _CLIENT, ["next_on"], True, "call"),
    Result("POWERED_OFF", "关机", "Switched off", "A", "FAIL", _NOBODY, [], False, "call"),
    Result("REJECTED", "拒接/挂断", "Rejected", "A", "FAIL", _NOBODY, [], False, "call"),
    Result("OUT_OF_SERVICE", "停机", "Out of service", "AN", "FAIL", _NOBODY, [], False, "find_number"),
    Result("INVALID_NUMBER", "空号", "No such number", "AN", "FAIL", _NOBODY, [], False, "find_number"),
    Result("TEMP_UNREACHABLE", "无法接通", "Cannot be reached", "A", "FAIL", _NOBODY, [], False, "call"),
    Result(
        "VOICEMAIL",
        "语音信箱（不留欠款信息）",
        "Voicemail (no debt named)",
        "A",
        "REACH",
        ["machine"],
        [],
        False,
        "call",
    ),
    Result("FAX_MACHINE", "传真", "Fax machine", "AN", "REACH", ["machine"], [], False, "find_number"),
    Result("ROBOT_HUNG_UP", "机器人被挂断", "Robot was hung up on", "A", "REACH", _ANY, [], False, "call"),
    Result("WRONG_PARTY", "非本人（错号）", "Wrong person", "ATN", "REACH", _THIRD, [], False, "find_number"),
    Result(
        "THIRD_PERSON_MESSAGE", "第三人愿意转告", "Third person passes it on", "AT", "REACH", _THIRD, [], False, "call"
    ),
    Result("THIRD_PERSON_REFUSED", "第三人拒绝", "Third person refused", "ATS", "REACH", _THIRD, [], False, "none"),
    Result("RPC_PLAN_REQUEST", "申请分期", "Asks for a plan", "AC", "SUCCESS", _CLIENT, [], False, "plan"),
    Result("RPC_SETTLEMENT", "协商减免", "Asks for a settlement", "AC", "SUCCESS", _CLIENT, [], False, "plan"),
    Result("RPC_COMPLAINT", "投诉", "Complains", "ACS", "SUCCESS", _CLIENT, ["note"], False, "complaint"),
    Result(
        "RPC_IDENTITY_FAILED", "身份核实失败", "Identity not confirmed", "A", "REACH", ["unknown"], [], False, "call"
    ),
    Result("RPC_HUNG_UP", "本人接听后挂断", "Client hung up", "AC", "SUCCESS", _CLIENT, [], False, "call"),
    Result(
        "RPC_REPRESENTED",
        "已委托律师",
        "Has a lawyer",
        "ACS",
        "SUCCESS",
        [*_CLIENT, "lawyer"],
        ["note"],
        False,
        "legal",
    ),
    Result("DECEASED", "债务人死亡", "Client has died", "S", "REACH", _ANY, ["note"], False, "exception"),
    Result("BANKRUPT", "破产/债务清理", "Bankrupt", "S", "REACH", _ANY, ["note"], False, "exception"),
    Result("INCAPACITY", "无民事行为能力", "Legally incapable", "S", "REACH", _ANY, ["note"], False, "exception"),
    Result("STOP_CONTACT", "要求停止联系该渠道", "Says stop", "ACS", "SUCCESS", _CLIENT, [], False, "none"),
    Result("LANGUAGE", "语言不通", "No common language", "A", "REACH", _ANY, [], False, "other_language"),
    Result("BLOCKED_BY_POLICY", "合规拦截", "Held back by a rule", "", "FAIL", _NOBODY, [], False, "call"),
    Result("TECHNICAL_FAILURE", "线路故障", "Line failure", "", "FAIL", _NOBODY, [], False, "call"),
)
BY_CODE = {result.code: result for result in RESULTS}
PROMISE_CODES = frozenset(result.code for result in RESULTS if "promise" in result.needs)


def _each(codes: Iterable[str], event: EventKind) -> dict[str, Meaning]:
    return {code: Meaning(event=event) for code in codes}


_FREEZE = Raised(StatusKind.FREEZE)
_REFUSED = Raised(StatusKind.REFUSED, of_person=True)
_NO_CALLS = Raised(StatusKind.OPT_OUT, of_person=True, channel=Channel.CALL)

# Vocabulary, "Gate kind of each call result". A fault of our own line, and a call that the gate held back, reached nobody.
# Flag S raises what stands against the next contact; what concerns the whole case freezes it until somebody decides.
MEANINGS: dict[str, Meaning] = {
    **_each(("NO_ANSWER", "BUSY", "REJECTED", "POWERED_OFF", "TEMP_UNREACHABLE"), EventKind.ATTEMPT),
    **_each(("OUT_OF_SERVICE", "INVALID_NUMBER"), EventKind.FAILED),
    **_each(("VOICEMAIL", "FAX_MACHINE", "ROBOT_HUNG_UP", "WRONG_PARTY", "THIRD_PERSON_MESSAGE"), EventKind.CONNECT),
    **_each(("RPC_IDENTITY_FAILED", "LANGUAGE"), EventKind.CONNECT),
    **_each(("RPC_PROMISE", "RPC_PAID_NOW", "RPC_ALREADY_PAID", "RPC_REFUSED", "RPC_HARDSHIP"), EventKind.CONVERSATION),
    **_each(("RPC_CALLBACK", "RPC_PLAN_REQUEST", "RPC_SETTLEMENT", "RPC_HUNG_UP"), EventKind.CONVERSATION),
    "THIRD_PERSON_REFUSED": Meaning(EventKind.CONNECT, (_REFUSED,)),
    "RPC_DISPUTE": Meaning(EventKind.CONVERSATION, (Raised(StatusKind.DISPUTE), _FREEZE)),
    "RPC_COMPLAINT": Meaning(EventKind.CONVERSATION, (Raised(StatusKind.COMPLAINT), _FREEZE)),
    "RPC_REPRESENTED": Meaning(EventKind.CONVERSATION, (Raised(StatusKind.ATTORNEY),)),
    "DECEASED": Meaning(EventKind.CONNECT, (Raised(StatusKind.BEREAVEMENT), _FREEZE)),
    "BANKRUPT": Meaning(EventKind.CONNECT, (Raised(StatusKind.INSOLVENCY), _FREEZE)),
    "INCAPACITY": Meaning(EventKind.CONNECT, (Raised(StatusKind.INCAPACITY), _FREEZE)),
    "STOP_CONTACT": Meaning(EventKind.CONVERSATION, (_NO_CALLS,)),
    "BLOCKED_BY_POLICY": Meaning(event=None),
    "TECHNICAL_FAILURE": Meaning(event=None),
}
"""What each result means to the contact gate."""
