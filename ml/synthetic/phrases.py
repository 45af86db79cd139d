"""What does a collector write down? A short note for each result, in both languages, one of several by chance."""

import numpy as np

from ml.synthetic.columns import Texts, texts

_NOTES = {
    "zh": {
        "RPC_PROMISE": ("本人称发工资后还款", "答应分次还清", "说货款回笼后处理"),
        "MET_PROMISE": ("门口面谈,态度配合", "当面核对欠款明细,承诺按期还"),
        "MET_PAID": ("当面还清逾期,已开收据",),
        "MET_PART_PAID": ("先还一部分,余款另约",),
        "NOT_HOME": ("敲门无人应答", "邻近时段再访", "灯灭,无人"),
        "THIRD_PERSON_AT_ADDRESS": ("家人在,未透露欠款", "仅请转告回电"),
        "RPC_HARDSHIP": ("称失业中,建议帮扶", "家人住院,资金困难"),
        "MET_HARDSHIP": ("确有困难,已告知帮扶渠道",),
        "RPC_REFUSED": ("拒绝沟通还款",),
        "MET_REFUSED": ("见面但拒绝谈还款",),
        "RPC_DISPUTE": ("对罚息金额有异议",),
        "MET_DISPUTE": ("称款项已还,要求核对",),
        "MOVED_AWAY": ("新住户称原住户已搬走",),
        "RPC_CALLBACK": ("开会中,约晚些回电",),
        "RPC_PLAN_REQUEST": ("申请分期处理",),
    },
    "en": {
        "RPC_PROMISE": ("Will pay after payday", "Will clear it in two parts", "Waiting for a customer's money"),
        "MET_PROMISE": ("Talked at the door, cooperative", "Went through the statement, gave a date"),
        "MET_PAID": ("Cleared the arrears at the door, receipt given",),
        "MET_PART_PAID": ("Paid a part, the rest by arrangement",),
        "NOT_HOME": ("Nobody answered", "Try another hour", "Dark, nobody in"),
        "THIRD_PERSON_AT_ADDRESS": ("Family in, nothing disclosed", "Asked to pass on a call back"),
        "RPC_HARDSHIP": ("Out of work, told about help", "Family member in hospital"),
        "MET_HARDSHIP": ("Real difficulty, told about help",),
        "RPC_REFUSED": ("Would not talk about payment",),
        "MET_REFUSED": ("Met, would not talk about payment",),
        "RPC_DISPUTE": ("Disputes the penalty",),
        "MET_DISPUTE": ("Says it was paid, wants it checked",),
        "MOVED_AWAY": ("New tenant says they moved out",),
        "RPC_CALLBACK": ("In a meeting, call later",),
        "RPC_PLAN_REQUEST": ("Asks for instalments",),
    },
}


def notes(rng: np.random.Generator, code: str, result: Texts) -> Texts:
    """Return a note for each result in the language `code`; about a third of all attempts have none."""
    written = np.full(len(result), "", dtype="<U64")
    for word, phrases in _NOTES[code].items():
        rows = np.flatnonzero(result == word)
        written[rows] = texts(phrases)[rng.integers(0, len(phrases), len(rows))]
    return np.where(rng.random(len(result)) < 1 / 3, "", written)
