"""Which results can a visit have? The code list of the vocabulary, with what each asks for and leads to."""

from backend.cases.codes import Result
from backend.compliance.contact_schemas import Meaning, Raised
from backend.compliance.schemas import EventKind, StatusKind

_CLIENT = ["obligor", "co_borrower", "guarantor"]
_THIRD = ["spouse", "relative", "employer", "neighbour", "unknown", "co_borrower", "guarantor", "lawyer"]
_NOBODY = ["nobody"]
_ANY = [*_CLIENT, "spouse", "relative", "employer", "neighbour", "lawyer", "unknown", "nobody"]

RESULTS = (
    Result("MET_PROMISE", "承诺还款", "Promised to pay", "AC", "SUCCESS", _CLIENT, ["promise"], True, "wait_promise"),
    Result("MET_PAID", "当场付清", "Paid now", "AC", "SUCCESS", _CLIENT, ["amount"], True, "match_payment"),
    Result("MET_PART_PAID", "部分付款", "Paid a part", "AC", "SUCCESS", _CLIENT, ["amount"], True, "match_payment"),
    Result("MET_REFUSED", "拒绝还款", "Refused", "AC", "SUCCESS", _CLIENT, [], True, "call"),
    Result(
        "MET_HARDSHIP", "暂无能力（困难）", "Cannot pay now (hardship)", "AC", "SUCCESS", _CLIENT, [], True, "hardship"
    ),
    Result("MET_DISPUTE", "对欠款有异议", "Disputes the amount", "ACS", "SUCCESS", _CLIENT, ["note"], True, "dispute"),
    Result("MET_COMPLAINT", "投诉", "Complains", "ACS", "SUCCESS", _CLIENT, ["note"], False, "complaint"),
    Result(
        "MET_DOCUMENT_SERVED",
        "已送达文书（签收）",
        "Document handed over",
        "AC",
        "SUCCESS",
        _CLIENT,
        [],
        False,
        "revisit",
    ),
    Result("MET_PLAN_SIGNED", "签署还款协议", "Payment plan signed", "AC", "SUCCESS", _CLIENT, [], False, "plan"),
    Result(
        "THIRD_PERSON_AT_ADDRESS", "仅见第三人", "Only somebody else there", "AT", "REACH", _THIRD, [], True, "revisit"
    ),
    Result("NOTICE_LEFT", "留置通知（密封）", "Sealed notice left", "A", "FAIL", _NOBODY, [], False, "revisit"),
    Result("NOT_HOME", "无人在家", "Nobody home", "A", "FAIL", _NOBODY, [], True, "revisit"),
    Result("DOOR_LOCKED_VACANT", "锁门/空置", "Locked or empty", "A", "FAIL", _NOBODY, [], False, "find_address"),
    Result("MOVED_AWAY", "已搬离", "Moved away", "AN", "FAIL", _ANY, [], False, "find_address"),
    Result("ADDRESS_NOT_FOUND", "地址不存在", "No such address", "AN", "FAIL", _NOBODY, [], False, "find_address"),
    Result("ADDRESS_WRONG", "地址错误", "Wrong address", "AN", "FAIL", _ANY, [], False, "find_address"),
    Result("ADDRESS_DEMOLISHED", "已拆迁", "Demolished", "AN", "FAIL", _NOBODY, [], False, "find_address"),
    Result("WORKPLACE_LEFT", "已离职", "Left that employer", "AN", "FAIL", _ANY, [], False, "find_address"),
    Result("BUSINESS_CLOSED", "企业停业", "Business closed", "A", "FAIL", _ANY, [], False, "legal"),
    Result("ACCESS_DENIED", "门禁/保安拒入", "Not let in", "A", "FAIL", _ANY, [], False, "revisit"),
    Result("UNSAFE", "存在安全风险", "Not safe", "AS", "FAIL", _ANY, ["note"], False, "call"),
    Result("DECEASED_CONFIRMED", "确认死亡", "Client has died", "S", "FAIL", _ANY, ["note"], False, "exception"),
    Result("IN_CUSTODY", "羁押", "Client in custody", "S", "FAIL", _ANY, ["note"], False, "exception"),
    Result("HOSPITAL", "住院", "Client in hospital", "S", "FAIL", _ANY, ["note"], False, "exception"),
    Result(
        "SENSITIVE_OCCASION",
        "婚丧、灾害等",
        "Wedding, mourning, disaster",
        "S",
        "FAIL",
        _ANY,
        ["next_on"],
        False,
        "revisit",
    ),
    Result("COLLATERAL_SEEN", "见抵押物", "Collateral seen", "A", "SUCCESS", _ANY, [], False, "none"),
    Result("COLLATERAL_MISSING", "抵押物缺失", "Collateral missing", "A", "FAIL", _ANY, ["note"], False, "legal"),
    Result("COLLATERAL_DAMAGED", "抵押物损坏", "Collateral damaged", "A", "FAIL", _ANY, ["note"], False, "legal"),
    Result("REPOSSESSED", "已收回", "Repossessed", "A", "SUCCESS", _ANY, [], False, "none"),
    Result(
        "POLICY_HOURS",
        "超出合法时段未执行",
        "Not done: outside lawful hours",
        "",
        "FAIL",
        _NOBODY,
        [],
        False,
        "revisit",
    ),
    Result("SKIPPED_TIME", "未到访：时间不足", "Not visited: no time", "", "FAIL", _NOBODY, [], False, "revisit"),
    Result(
        "SKIPPED_REJECTED",
        "未到访：拒绝任务",
        "Not visited: task declined",
        "",
        "FAIL",
        _NOBODY,
        ["note"],
        False,
        "revisit",
    ),
)
BY_CODE = {result.code: result for result in RESULTS}
PROMISE_CODES = frozenset(result.code for result in RESULTS if "promise" in result.needs)

_NOT_THERE = frozenset({"POLICY_HOURS", "SKIPPED_TIME", "SKIPPED_REJECTED"})
"""Nobody went to the door."""

# Flag S; UNSAFE stops the route, not the client. A wedding or mourning is over on the day on which to go on.
_RAISES: dict[str, tuple[Raised, ...]] = {
    "MET_DISPUTE": (Raised(StatusKind.DISPUTE), Raised(StatusKind.FREEZE)),
    "MET_COMPLAINT": (Raised(StatusKind.COMPLAINT), Raised(StatusKind.FREEZE)),
    "MET_PLAN_SIGNED": (Raised(StatusKind.INSTALMENT_AGREEMENT),),
    "DECEASED_CONFIRMED": (Raised(StatusKind.BEREAVEMENT), Raised(StatusKind.FREEZE)),
    "IN_CUSTODY": (Raised(StatusKind.FREEZE),),
    "HOSPITAL": (Raised(StatusKind.CRITICAL_ILLNESS), Raised(StatusKind.FREEZE)),
    "SENSITIVE_OCCASION": (
        Raised(StatusKind.OCCASION, is_until_next=True),
        Raised(StatusKind.FREEZE, is_until_next=True),
    ),
}
MEANINGS: dict[str, Meaning] = {
    code: Meaning(event=None if code in _NOT_THERE else EventKind.VISIT, raises=_RAISES.get(code, ()))
    for code in BY_CODE
}
"""What each result means to the contact gate."""
