"""Which fields can a mapping fill, and of what kind is each? One table a noun; names are those of the mapping."""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

Kind = Literal["ref", "text", "code", "money", "rate", "whole", "date", "flag", "lat", "lon", "contact"]
NAME_CHARS_MAX = 400
LINE_CHARS_MAX = 1000
REF_CHARS_MAX = 200


class NounField(msgspec.Struct, frozen=True):
    """A field of a noun: how its text is read, the table's column, and what a closed list allows."""

    kind: Kind
    column: str
    is_required: bool = False
    allowed: frozenset[str] = frozenset()
    synonyms: dict[str, str] = {}
    chars_max: int = NAME_CHARS_MAX
    may_be_negative: bool = False


def _means(**words: str) -> dict[str, str]:
    return {word.casefold(): code for code, said in words.items() for word in said.split("|")}


_OBLIGOR_KIND = _means(
    person="个人|自然人|私人|individual|p|personal|retail", company="公司|企业|单位|法人|corporate|c|business|corp|对公"
)
_ACCOUNT_KIND = _means(
    personal="个人|个人贷款|消费贷|信用贷|individual|consumer|retail|p",
    corporate="公司|企业|对公|经营贷|business|commercial|c",
    special="专项|抵押|特殊|secured|leasing|car|mortgage",
)
_CONSENT = _means(
    given="y|yes|true|1|是|同意|已同意|已授权|granted|opt-in|consented",
    withdrawn="n|no|false|0|否|拒绝|撤回|不同意|refused|revoked|opt-out",
    unknown="未知|不详|?|unset|none",
)
_ROLE = _means(
    co_borrower="共同借款人|共借人|coborrower|co-borrower|joint|co borrower",
    guarantor="担保人|保证人|surety|guarantee",
    related="配偶|父母|子女|亲属|紧急联系人|联系人|spouse|parent|child|relative|emergency|family|reference",
    unrelated="同事|朋友|其他|邻居|colleague|friend|neighbour|neighbor|other",
)
_CONTACT_KIND = _means(
    mobile="手机|手机号|移动电话|cell|cellphone|mobile phone",
    phone="电话|座机|固话|固定电话|landline|tel|home phone|office",
    email="邮箱|电子邮箱|邮件|e-mail|mail",
    wechat="微信|微信号|weixin",
)
_ADDRESS_KIND = _means(
    home="住址|家庭|现住址|居住地|residence|residential|living", work="单位|公司|工作|办公|office|business|employer",
    registered="户籍|户籍地|身份证|注册地|legal|permanent", collateral="抵押物|押品|collateral address|property",
    other="其他|邮寄|mailing",
)  # fmt: skip
_CONTACT_STATUS = _means(verified="已验证|有效|valid", wrong="错误|错号|invalid", dead="空号|停机|disconnected")
_ADDRESS_STATUS = _means(verified="已验证|有效|valid", wrong="错误|invalid", moved="搬离|已搬离")

_LANGUAGE = _means(**{"zh-CN": "zh|中文|chinese|汉语", "en": "english|英文"})


def _code(column: str, allowed: Sequence[str], synonyms: dict[str, str], *, is_required: bool = False) -> NounField:
    return NounField("code", column, is_required=is_required, allowed=frozenset(allowed), synonyms=synonyms)


_CONSENT_FIELD = _code("consent", ("given", "withdrawn", "unknown"), _CONSENT)
_REF = NounField("ref", "external_ref", is_required=True, chars_max=REF_CHARS_MAX)

NOUNS: dict[str, dict[str, NounField]] = {
    "obligor": {
        "external_ref": _REF,
        "kind": _code("kind", ("person", "company"), _OBLIGOR_KIND),
        "name": NounField("text", "name"),
        "id_number": NounField("text", "id_number", chars_max=60),
        "language": _code("language", ("zh-CN", "en"), _LANGUAGE),
        "zone": NounField("text", "zone", chars_max=60),
        "employer": NounField("text", "employer"),
        "job": NounField("text", "job"),
    },
    "account": {
        "external_ref": _REF,
        "kind": _code("kind", ("personal", "corporate", "special"), _ACCOUNT_KIND),
        "product": NounField("text", "product"),
        "currency": NounField("text", "currency", chars_max=3),
        "principal": NounField("money", "principal_minor"),
        "annual_rate": NounField("rate", "annual_rate_ppm"),
        "opened_on": NounField("date", "opened_on"),
        "matures_on": NounField("date", "matures_on"),
        "status": NounField("text", "status", chars_max=60),
    },
    "balance": {
        "as_of": NounField("date", "as_of"),
        "principal": NounField("money", "principal_minor", may_be_negative=True),
        "interest": NounField("money", "interest_minor", may_be_negative=True),
        "penalty": NounField("money", "penalty_minor", may_be_negative=True),
        "fee": NounField("money", "fee_minor", may_be_negative=True),
        "overdue": NounField("money", "overdue_minor", is_required=True),
        "days_past_due": NounField("whole", "days_past_due", is_required=True),
    },
    "parties": {
        "external_ref": NounField("ref", "external_ref", chars_max=REF_CHARS_MAX),
        "name": NounField("text", "name", is_required=True),
        "role": _code("role", ("co_borrower", "guarantor", "related", "unrelated"), _ROLE, is_required=True),
        "relation": NounField("text", "relation", chars_max=60),
        "consent": _CONSENT_FIELD,
        "source": NounField("text", "source", chars_max=60),
        "may_contact": NounField("flag", "may_contact"),
    },
    "contacts": {
        "value": NounField("contact", "value", is_required=True, chars_max=200),
        "kind": _code("kind", ("mobile", "phone", "email", "wechat"), _CONTACT_KIND),
        "status": _code("status", ("unknown", "verified", "wrong", "dead", "stopped"), _CONTACT_STATUS),
        "consent": _CONSENT_FIELD,
        "source": NounField("text", "source", chars_max=60),
        "may_contact": NounField("flag", "may_contact"),
        "party_ref": NounField("ref", "related_party_id", chars_max=REF_CHARS_MAX),
    },
    "addresses": {
        "line": NounField("text", "line", is_required=True, chars_max=LINE_CHARS_MAX),
        "kind": _code("kind", ("home", "work", "registered", "collateral", "other"), _ADDRESS_KIND),
        "lat": NounField("lat", "lat"),
        "lon": NounField("lon", "lon"),
        "status": _code("status", ("unknown", "verified", "wrong", "moved"), _ADDRESS_STATUS),
        "source": NounField("text", "source", chars_max=60),
        "party_ref": NounField("ref", "related_party_id", chars_max=REF_CHARS_MAX),
    },
    "collateral": {
        "description": NounField("text", "description", is_required=True, chars_max=LINE_CHARS_MAX),
        "external_ref": NounField("ref", "external_ref", chars_max=REF_CHARS_MAX),
        "kind": NounField("text", "kind", chars_max=60),
        "value": NounField("money", "value_minor"),
    },
    "instalments": {
        "due_on": NounField("date", "due_on", is_required=True),
        "number": NounField("whole", "number", is_required=True),
        "principal": NounField("money", "principal_minor", may_be_negative=True),
        "interest": NounField("money", "interest_minor", may_be_negative=True),
        "fee": NounField("money", "fee_minor", may_be_negative=True),
    },
    "payments": {
        "amount": NounField("money", "amount_minor", is_required=True),
        "external_ref": _REF,
        "paid_on": NounField("date", "paid_on", is_required=True),
        "mode": NounField("text", "mode", chars_max=60),
        "reversed_on": NounField("date", "reversed_on"),
    },
}  # fmt: skip
LISTS = ("parties", "contacts", "addresses", "collateral", "instalments", "payments")
LEADING = {name: next(iter(NOUNS[name])) for name in LISTS} | {"parties": "name"}
"""The field whose emptiness means that a slot of the line is absent."""
ONLY_NAMES_ACCOUNT = frozenset({"external_ref", "currency"})
"""Account fields that say which account money belongs to; with any other field a line brings the account itself."""
WITH_ATTRIBUTES = frozenset({"obligor", "account"})
ATTRIBUTE = "attributes."

_COMPANY = re.compile(
    r"公司|集团|合作社|事务所|商行|[厂店社行]$|\b(ltd|limited|inc|llc|llp|corp|gmbh|oy|oyj|plc|company|co|sa|ag|bv)\b\.?$",
    re.IGNORECASE,
)


def field_of(noun: str, name: str) -> NounField | None:
    """Return the field of a noun by its name in a mapping; an attribute is a text under a name of the lender's."""
    if name.startswith(ATTRIBUTE) and noun in WITH_ATTRIBUTES and len(name) > len(ATTRIBUTE):
        return NounField("text", "attributes")
    return NOUNS[noun].get(name)


def kind_by_name(name: str) -> str:
    """Return company when the name ends like a firm's, else person; used when a mapping does not say."""
    return "company" if _COMPANY.search(name.strip()) else "person"
