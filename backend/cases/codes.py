"""Which words do visits and calls share? Parties, next steps and reasons, as data in both languages."""

import msgspec

from backend.kernel.limits import Code


class Word(msgspec.Struct, frozen=True):
    """One entry of a code list."""

    code: Code
    zh: str
    en: str


class Result(msgspec.Struct, frozen=True):
    """One result code (vocabulary, "Disposition codes").

    `flags`: A counts as attempt, C conversation with the obligor, T third person reached, S stops further contact,
    N number or address unusable. `outcome`: FAIL, REACH or SUCCESS. `needs`: what the form must ask. `is_main`: among
    the big choices of the phone. `next_step`: what the form suggests.
    """

    code: Code
    zh: str
    en: str
    flags: str
    outcome: str
    parties: list[str]
    needs: list[str]
    is_main: bool
    next_step: str | None


PARTIES = (
    Word("obligor", "本人", "the client"),
    Word("co_borrower", "共同借款人", "co-borrower"),
    Word("guarantor", "担保人", "guarantor"),
    Word("spouse", "配偶", "spouse"),
    Word("relative", "亲属", "relative"),
    Word("employer", "单位/雇主", "employer"),
    Word("neighbour", "邻居", "neighbour"),
    Word("lawyer", "律师", "lawyer"),
    Word("unknown", "不明身份", "somebody unknown"),
    Word("nobody", "无人", "nobody"),
    Word("machine", "语音/机器", "machine"),
)
NEXT_STEPS = (
    Word("revisit", "再次外访", "visit again"),
    Word("call", "电话跟进", "call"),
    Word("wait_promise", "等待履约", "wait for the promise"),
    Word("find_address", "查找新地址", "find the address"),
    Word("find_number", "查找新号码", "find a number"),
    Word("hardship", "困难帮扶评估", "hardship review"),
    Word("dispute", "异议处理", "handle the dispute"),
    Word("complaint", "投诉处理", "handle the complaint"),
    Word("legal", "转法务", "pass to legal"),
    Word("match_payment", "核对到账", "match the payment"),
    Word("plan", "制定分期方案", "make a plan"),
    Word("exception", "特殊情况处理", "exception process"),
    Word("other_language", "更换语言人员", "somebody who speaks the language"),
    Word("none", "无需跟进", "nothing"),
)
REVEAL_REASONS = (
    Word("call_now", "现在拨打", "to call now"),
    Word("verify", "核对号码", "to check the number"),
    Word("message", "发送短信", "to send a message"),
    Word("find_door", "联系确认地址", "to find the door"),
)
SKIP_REASONS = (
    Word("no_time", "时间不足", "no time left"),
    Word("client_asked", "客户要求改期", "the client asked for another day"),
    Word("unsafe", "存在安全风险", "not safe"),
    Word("unreachable", "道路不通", "cannot get there"),
    Word("just_paid", "客户称已还款", "the client says it is paid"),
    Word("other", "其他", "other"),
)
OUTSIDE_REASONS = (
    Word("gps_weak", "定位信号弱", "the position is weak here"),
    Word("map_wrong", "地图位置有误", "the map has the door elsewhere"),
    Word("met_elsewhere", "在其他地点见面", "we met elsewhere"),
    Word("gate_closed", "小区无法进入", "could not get past the gate"),
    Word("other", "其他", "other"),
)
