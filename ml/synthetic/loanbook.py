"""What does a lender send? One flat row an account: person, contact, people around, terms and balances.

Amounts are decimal text in currency units, dates ISO, rates per cent a year. The columns, in order, with their Chinese
and English headers, are `COLUMNS`; what is not known is empty. Rows do not carry coordinates: lenders have none.
"""

import numpy as np

from ml.synthetic.columns import Column, Flags, Ints, Table, Texts, decimal, joined, numbered, texts
from ml.synthetic.contacts import HOME, REGISTERED, WORK, Contacts, Places
from ml.synthetic.language import Language
from ml.synthetic.loans import Loans
from ml.synthetic.parties import CO_BORROWER, GUARANTOR, RELATED, RELATIONS, Parties
from ml.synthetic.payments import Book
from ml.synthetic.people import People
from ml.synthetic.presence import JOBS
from ml.synthetic.products import KINDS, PRODUCTS, SCHEDULES

COLUMNS = {
    "customer_ref": ("客户编号", "Customer number"),
    "account_ref": ("借据号", "Loan number"),
    "customer_type": ("客户类型", "Customer type"),
    "name": ("客户姓名", "Name"),
    "id_number": ("证件号码", "ID number"),
    "mobile": ("手机号码", "Mobile"),
    "mobile_2": ("备用手机", "Mobile 2"),
    "email": ("电子邮箱", "E-mail"),
    "home_address": ("居住地址", "Home address"),
    "employer": ("工作单位", "Employer"),
    "job": ("职业", "Job"),
    "work_address": ("单位地址", "Work address"),
    "co_borrower_name": ("共同借款人", "Co-borrower"),
    "co_borrower_mobile": ("共同借款人电话", "Co-borrower mobile"),
    "guarantor_name": ("担保人", "Guarantor"),
    "guarantor_mobile": ("担保人电话", "Guarantor mobile"),
    "contact_name": ("联系人", "Contact person"),
    "contact_relation": ("与客户关系", "Relation"),
    "contact_mobile": ("联系人电话", "Contact person mobile"),
    "loan_kind": ("贷款类别", "Loan kind"),
    "product": ("产品名称", "Product"),
    "currency": ("币种", "Currency"),
    "principal": ("贷款金额", "Amount lent"),
    "rate_percent": ("年利率(%)", "Rate % p.a."),
    "schedule": ("还款方式", "Repayment"),
    "opened_on": ("放款日期", "Paid out on"),
    "matures_on": ("到期日期", "Matures on"),
    "periods": ("期数", "Instalments"),
    "days_past_due": ("逾期天数", "Days past due"),
    "overdue": ("逾期金额", "Overdue"),
    "balance_principal": ("剩余本金", "Principal outstanding"),
    "balance_interest": ("应收利息", "Interest due"),
    "balance_penalty": ("应收罚息", "Penalty due"),
    "balance_fee": ("应收费用", "Fees due"),
    "as_of": ("数据日期", "As of"),
}
_KIND_NAMES = {"zh": ("个人", "对公", "特殊"), "en": ("personal", "corporate", "special")}
_TYPE_NAMES = {"zh": ("个人", "企业"), "en": ("person", "company")}
_SCHEDULE_NAMES = {"zh": ("等额本息", "等额本金", "到期还本付息"), "en": SCHEDULES}
RELATION_NAMES = {
    "zh": ("配偶", "父母", "子女", "兄弟姐妹", "朋友", "同事", "邻居", "合作伙伴", "法定代表人", "股东"),
    "en": tuple(relation.replace("_", " ") for relation in RELATIONS),
}
_MOBILE, _EMAIL = 0, 1


def make_loan_book(
    language: Language, people: People, parties: Parties, reach: tuple[Contacts, Places], loans: Loans, book: Book
) -> dict[str, Column]:
    """Return the flat rows of a block, all but the as-of date."""
    contacts, places = reach
    size, who = len(people), loans.obligor
    own = contacts.party < 0
    phone = own & (contacts.kind == _MOBILE)
    first, second = _nth(size, contacts.obligor, phone, 0), _nth(size, contacts.obligor, phone, 1)
    email = _nth(size, contacts.obligor, own & (contacts.kind == _EMAIL), 0)
    home = _nth(size, places.obligor, (places.party < 0) & np.isin(places.kind, (HOME, REGISTERED)), 0)
    work = _nth(size, places.obligor, places.kind == WORK, 0)
    job_names = texts([job.zh if language.code == "zh" else job.en for job in JOBS])
    columns: dict[str, Column] = {
        "customer_ref": people.ref[who],
        "account_ref": account_refs(people, loans),
        "customer_type": texts(_TYPE_NAMES[language.code])[people.is_company.astype(np.int64)][who],
        "name": people.name[who],
        "id_number": people.id_number[who],
        "mobile": _taken(contacts.value, first)[who],
        "mobile_2": _taken(contacts.value, second)[who],
        "email": _taken(contacts.value, email)[who],
        "home_address": _taken(places.line, home)[who],
        "employer": people.employer[who],
        "job": np.where(people.is_company, "", job_names[people.job])[who],
        "work_address": _taken(places.line, work)[who],
    }
    for role, name in ((CO_BORROWER, "co_borrower"), (GUARANTOR, "guarantor"), (RELATED, "contact")):
        party = _nth(size, parties.obligor, parties.role == role, 0)
        columns[f"{name}_name"] = _taken(parties.name, party)[who]
        if role == RELATED:
            columns["contact_relation"] = _taken(texts(RELATION_NAMES[language.code])[parties.relation], party)[who]
        columns[f"{name}_mobile"] = _taken(_party_phones(parties, contacts), party)[who]
    return columns | _money(language, loans, book)


def account_refs(people: People, loans: Loans) -> Texts:
    """Return the loan numbers of a block: five for every four customers before it."""
    return numbered("L", people.first * 5 // 4 + np.arange(len(loans.obligor)), 8)


def product_names(language: Language, product: Ints) -> Texts:
    """Return the products' names in the language of the world."""
    return texts([item.zh if language.code == "zh" else item.en for item in PRODUCTS])[product]


def loan_book_table(columns: dict[str, Column], as_of: Column, header_language: str) -> Table:
    """Return the rows under Chinese or English headers, in the order of COLUMNS."""
    place = 0 if header_language == "zh" else 1
    complete = columns | {"as_of": as_of}
    return Table("loanbook", {headers[place]: complete[name] for name, headers in COLUMNS.items()})


def _money(language: Language, loans: Loans, book: Book) -> dict[str, Column]:
    terms, balances = loans.terms, book.balances
    size = len(loans.obligor)
    last = np.cumsum(terms.periods) - 1
    kinds = np.array([item.kind for item in PRODUCTS])[loans.product]
    assert len(_KIND_NAMES[language.code]) == len(KINDS)  # noqa: S101 - both lists name the same kinds
    percent = joined((terms.rate_ppm // 10_000).astype(np.str_), numbered(".", terms.rate_ppm % 10_000, 4))
    return {
        "loan_kind": texts(_KIND_NAMES[language.code])[kinds],
        "product": product_names(language, loans.product),
        "currency": np.full(size, language.currency),
        "principal": decimal(terms.principal_minor),
        "rate_percent": percent,
        "schedule": texts(_SCHEDULE_NAMES[language.code])[terms.schedule],
        "opened_on": terms.opened_on,
        "matures_on": book.items.due_on[last],
        "periods": terms.periods,
        "days_past_due": balances.days_past_due,
        "overdue": decimal(balances.overdue_minor),
        "balance_principal": decimal(balances.principal_minor),
        "balance_interest": decimal(balances.interest_minor),
        "balance_penalty": decimal(balances.penalty_minor),
        "balance_fee": decimal(balances.fee_minor),
    }


def _nth(size: int, owner: Ints, wanted: Flags, place: int) -> Ints:
    """Return for each owner the row of their n-th wanted thing (rows sorted by owner), or -1."""
    rows = np.flatnonzero(wanted)
    everyone = np.arange(size)
    begin = np.searchsorted(owner[rows], everyone, side="left") + place
    end = np.searchsorted(owner[rows], everyone, side="right")
    return np.where(begin < end, rows[np.minimum(begin, max(len(rows) - 1, 0))] if len(rows) else -1, -1)


def _taken(values: Texts, rows: Ints) -> Texts:
    """Return the values at these rows; empty where the row is -1."""
    return np.where(rows >= 0, values[rows], "") if len(values) else np.full(len(rows), "")


def _party_phones(parties: Parties, contacts: Contacts) -> Texts:
    phones = np.zeros(len(parties), dtype=contacts.value.dtype)
    theirs = contacts.party >= 0
    phones[contacts.party[theirs]] = contacts.value[theirs]
    return phones
