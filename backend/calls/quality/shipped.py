"""By which plan and sheet does a lender begin? Version 0 of both, until the lender sets its own."""

from backend.calls.quality.schemas import Interest, SamplingPlan, ScoreSheet, SheetQuestion

PLAN = SamplingPlan(
    share_permille=30,
    at_least_a_week=3,
    interest=[
        Interest(result="RPC_COMPLAINT", share_permille=1000),
        Interest(result="RPC_DISPUTE", share_permille=250),
        Interest(result="STOP_CONTACT", share_permille=250),
        Interest(result="RPC_PROMISE", share_permille=50),
        Interest(result="THIRD_PERSON_MESSAGE", share_permille=250),
        Interest(result="WRONG_PARTY", share_permille=100),
    ],
)

SHEET = ScoreSheet(
    questions=[
        SheetQuestion(
            id="said_who",
            zh="说明了本人姓名和所代表的机构",
            en="Said the own name and for whom the call is made",
            weight=10,
            is_knock_out=False,
            may_not_apply=True,
        ),
        SheetQuestion(
            id="recording_told",
            zh="在谈及内容之前告知了录音",
            en="Told of the recording before anything else",
            weight=10,
            is_knock_out=False,
            may_not_apply=True,
        ),
        SheetQuestion(
            id="identity_first",
            zh="先核实身份，再提及欠款",
            en="Made sure who it is before naming the debt",
            weight=20,
            is_knock_out=True,
            may_not_apply=True,
        ),
        SheetQuestion(
            id="third_person_silence",
            zh="未向第三人透露欠款",
            en="Let no third person know of the debt",
            weight=20,
            is_knock_out=True,
            may_not_apply=True,
        ),
        SheetQuestion(
            id="no_threat",
            zh="没有威胁、辱骂或虚假陈述",
            en="No threat, no insult, nothing untrue",
            weight=20,
            is_knock_out=True,
            may_not_apply=False,
        ),
        SheetQuestion(
            id="heard_why",
            zh="询问并听取了未还原因",
            en="Asked why it was not paid, and listened",
            weight=10,
            is_knock_out=False,
            may_not_apply=True,
        ),
        SheetQuestion(
            id="amount_right",
            zh="欠款金额和日期说得正确",
            en="Amount and dates were right",
            weight=10,
            is_knock_out=False,
            may_not_apply=True,
        ),
        SheetQuestion(
            id="way_out",
            zh="有困难或异议时说明了办理途径",
            en="Named the way to a plan or a dispute where it was called for",
            weight=10,
            is_knock_out=False,
            may_not_apply=True,
        ),
        SheetQuestion(
            id="promise_repeated",
            zh="复述了承诺的金额和日期",
            en="Repeated the promise with amount and day",
            weight=10,
            is_knock_out=False,
            may_not_apply=True,
        ),
        SheetQuestion(
            id="result_right",
            zh="结果码与实际通话一致",
            en="The result is what happened",
            weight=15,
            is_knock_out=False,
            may_not_apply=False,
        ),
        SheetQuestion(
            id="note_true",
            zh="催记真实完整",
            en="The note is true and whole",
            weight=10,
            is_knock_out=False,
            may_not_apply=True,
        ),
    ],
    pass_from_permille=800,
)
