"""Is each phrase found in its example and not in its near-miss, however it is hidden, and in linear time?"""

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.compliance.choosing import shipped_packs
from backend.compliance.phrase_books import (
    LANGUAGES,
    Phrase,
    PhraseWrongError,
    read_book,
    shipped_book,
    shipped_reading,
)
from backend.compliance.plain_text import plain
from backend.compliance.schemas import CollectorKind, Content, Lacks, Role, Says, Template
from backend.compliance.text_lint import (
    LENGTH_MAX,
    Element,
    Lint,
    WarningWhy,
    content_of,
    is_safe_for_third_person,
    lint,
    note_warnings,
    phrases_in,
    voicemail_of,
)

VECTORS = msgspec.json.decode(
    (Path(__file__).resolve().parents[2] / "vectors" / "text_lint.json").read_bytes(), type=list[dict[str, Any]]
)
BOOKS = {language: shipped_book(language).book for language in LANGUAGES}
PHRASES = [
    (language, phrase) for language, book in BOOKS.items() for phrase in (*book.says, *book.shows, *book.voicemail)
]
named = pytest.mark.parametrize(("language", "phrase"), PHRASES, ids=[phrase.id for _, phrase in PHRASES])


@named
def test_a_phrase_is_found_in_its_example(language: str, phrase: Phrase) -> None:
    assert phrase.id in phrases_in(phrase.hit, language)


@named
def test_a_phrase_is_not_found_in_its_near_miss(language: str, phrase: Phrase) -> None:
    assert phrase.id not in phrases_in(phrase.miss, language)


@named
def test_a_phrase_is_found_although_somebody_hides_it(language: str, phrase: Phrase) -> None:
    """In full width, in capitals, with invisible characters, or with blanks and dots between Chinese characters."""
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" and one != "." else one for one in phrase.hit)
    hidden = ["\u200b".join(phrase.hit), phrase.hit.upper(), wide]
    if language == "zh":
        pairs = [phrase.hit[at : at + 2] for at in range(len(phrase.hit) - 1)]
        hidden += [phrase.hit.replace(pair, " · ".join(pair)) for pair in pairs if min(pair) >= "\u4e00"]
    for text in hidden:
        assert phrase.id in phrases_in(text, language), text


@named
def test_the_words_of_a_phrase_are_written_as_texts_are_read(language: str, phrase: Phrase) -> None:
    """A word in capitals, in traditional characters or with blanks between characters would never be found."""
    traditional = BOOKS["zh"].traditional
    for pattern in phrase.find:
        for word in pattern.replace(" .. ", "|").replace(" + ", "|").split("|"):
            assert plain(word, shipped_reading(), traditional).text in {word, word.rstrip("*")}, word
    assert language == phrase.id.split(".")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_of_the_gate_has_a_phrase_in_every_language(language: str) -> None:
    book = BOOKS[language]
    assert {phrase.fact for phrase in book.says} == set(Says)
    assert {phrase.fact for phrase in book.shows} | {Lacks.LIMITED_CONTENT} == set(Lacks)
    assert {phrase.fact for phrase in book.voicemail} == {*Element, "greeting", "time", "representative"}


def test_each_fact_names_the_rules_that_look_at_it() -> None:
    fed: dict[str, dict[str, set[str]]] = {"says": {}, "lacks": {}}

    def gather(value: object, rule_id: str) -> None:
        if isinstance(value, dict):
            for key in fed.keys() & value.keys():
                for fact in value[key] or []:
                    fed[key].setdefault(fact, set()).add(rule_id)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
            gather(inner, rule_id)

    for pack in shipped_packs():
        for rule in pack.rules:
            gather(msgspec.to_builtins(rule), rule.id)
    fed["says"].pop("*")
    told = msgspec.to_builtins(shipped_reading().rules)
    assert told == {kind: {fact: sorted(ids) for fact, ids in facts.items()} for kind, facts in fed.items()}


def test_the_worked_case_v20_police_and_a_false_blacklist() -> None:
    found = lint("再不还款,警察就上门抓你,并把你列入失信黑名单!", "zh")
    assert {Says.AUTHORITY, Says.FALSE_CLAIM} <= set(found.says)
    spans = {one.phrase: one for one in found.found}
    assert spans["zh.authority.police"].text == "警察就上门"
    assert spans["zh.authority.police"].rules == ["CN-COND-01", "EU-CSD-02", "IN-COND-01"]


def test_a_place_is_told_in_the_text_as_it_was_written() -> None:
    text = "注意:ＰＯＬＩＣＥ  will\u200b arrest you。警 察 上 门 抓 你"
    for one in lint(text, "zh").found:
        assert text[one.start : one.end] == one.text
    assert {one.text for one in lint(text, "zh").found} >= {"ＰＯＬＩＣＥ  will\u200b arrest", "警 察 上 门"}


@pytest.mark.parametrize(
    ("text", "is_money"),
    [
        ("5000元", True), ("5,000.00 元", True), ("¥5000", True), ("￥５０００", True), ("人民币5万", True),
        ("五千二百元", True), ("五千二百块", True), ("五十萬元", True), ("贰仟元", True), ("3万元", True),
        ("两块钱", True), ("500块", True), ("一块", True), ("一块儿去", False), ("两块地", False), ("三元里", False),
        ("2026年元旦", False), ("3单元502室", False), ("三十天", False), ("13800138000", False),
        ("$5", True), ("$ 1,250.00", True), ("£20", True), ("USD 300", True), ("300 USD", True), ("Rs. 5,000", True),
        ("rs 500", True), ("3 lakh", True), ("20 pounds", True), ("hers 500", False), ("500 users", False),
        ("20 poundstretchers", False), ("room 500", False), ("{amount}", True), ("{{days_overdue}}", True),
        ("${overdue_amount}", True), ("{金额}", True), ("{name}", False), ("{ {amount}", True), ("{", False),
    ],
)  # fmt: skip
def test_an_amount_gives_a_debt_away_in_digits_numerals_and_fields(text: str, *, is_money: bool) -> None:
    assert ("zh.debt.amount" in phrases_in(text, "zh")) is is_money


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_that_are_safe_for_a_third_person_say_nothing(language: str) -> None:
    for text in BOOKS[language].third_person_safe:
        found = lint(text, language)
        assert (found.says, is_safe_for_third_person(found)) == ([], True), text
        assert not is_safe_for_third_person(lint(text + BOOKS[language].says[-2].hit, language))


@pytest.mark.parametrize(
    ("language", "text", "lacks_opt_out"),
    [
        ("zh", "请与我们联系。回T退订", False),
        ("zh", "请与我们联系。Reply STOP to opt out.", True),
        ("en", "Please contact us. Reply STOP to opt out.", False),
        ("en", "Please contact us. 回T退订", True),
        ("en", "Please stop by our office.", True),
    ],
)
def test_an_opt_out_counts_in_the_language_of_its_reader(language: str, text: str, *, lacks_opt_out: bool) -> None:
    assert (Lacks.OPT_OUT in lint(text, language).lacks) is lacks_opt_out


def test_who_says_that_he_is_the_bank_matters() -> None:
    text = "你好,我是城东银行的工作人员。"
    assert Says.POSES_AS_LENDER in lint(text, "zh").says
    assert Says.POSES_AS_LENDER not in lint(text, "zh", speaker=CollectorKind.LENDER).says


LIMITED = (
    "Hello, this is Ann Lee from Maple Services. Please call me back at 413-555-0100 between 9 and 5. "
    "You may speak to any representative. Thank you."
)


def test_a_limited_content_voicemail_has_its_four_elements_and_says_nothing_else() -> None:
    found = lint(LIMITED, "en")
    assert (found.says, Lacks.LIMITED_CONTENT in found.lacks) == ([], False)
    assert voicemail_of(LIMITED, "en").lacks == []


@pytest.mark.parametrize(
    ("taken", "lacks"),
    [
        ("this is Ann Lee from Maple Services. ", [Element.BUSINESS, Element.PERSON]),
        (" from Maple Services", [Element.BUSINESS]),
        ("Please call me back at ", [Element.REPLY]),
        (" at 413-555-0100", [Element.PHONE]),
        ("between 9 and 5", []),
    ],
)
def test_a_voicemail_without_one_of_the_four_is_no_limited_one(taken: str, lacks: list[Element]) -> None:
    text = LIMITED.replace(taken, "")
    assert text != LIMITED
    assert voicemail_of(text, "en").lacks == lacks
    assert (Lacks.LIMITED_CONTENT in lint(text, "en").lacks) is bool(lacks)


def test_a_voicemail_that_says_more_is_no_limited_one() -> None:
    more = LIMITED + " Our records were updated."
    assert Lacks.LIMITED_CONTENT in lint(more, "en").lacks
    assert [more[start:end].strip() for start, end in voicemail_of(more, "en").beyond] == ["Our records were updated."]
    assert Says.DEBT_INFO in lint(LIMITED + " It is about your debt.", "en").says


def test_a_limited_content_voicemail_in_chinese() -> None:
    text = "您好,我叫李明,是枫叶服务公司的。请您方便时回电010-12345678。工作日上午九点到下午五点。也可找任何一位客服。"
    assert (voicemail_of(text, "zh").lacks, voicemail_of(text, "zh").beyond) == ([], [])


@pytest.mark.parametrize(
    ("text", "reached", "why"),
    [
        ("告诉他再不还就派人去他单位闹", Role.OBLIGOR, WarningWhy.BANNED),
        ("客户说再逼他就去你单位闹", Role.OBLIGOR, None),
        ("本人接听,逾期三十天,欠5000元,承诺周五还款", Role.OBLIGOR, None),
        ("配偶接听,已告知逾期三十天", Role.SPOUSE, WarningWhy.DEBT_TOLD_TO_THIRD_PERSON),
        ("邻居接听,已告知逾期三十天", Role.NEIGHBOUR, WarningWhy.DEBT_TOLD_TO_THIRD_PERSON),
        ("邻居称他已搬走,请其转告回电", Role.NEIGHBOUR, None),
        ("律师接听,谈了欠款", Role.ATTORNEY, None),
        ("财务接听,谈了欠款", Role.FINANCE_CONTACT, None),
        ("told her the police will arrest him", Role.SPOUSE, WarningWhy.BANNED),
        ("告知将向法院起诉", Role.OBLIGOR, None),
        ("无人接听", None, None),
    ],
)
def test_a_note_is_warned_of_and_never_refused(text: str, reached: Role | None, why: WarningWhy | None) -> None:
    warnings = note_warnings(text, reached)
    assert {one.why for one in warnings} == ({why} if why else set())
    for one in warnings:
        assert text[one.start : one.end] == one.text
        assert one.rules


def test_a_text_too_long_to_be_read_to_its_end_is_unknown_to_the_gate() -> None:
    short = lint("山" * LENGTH_MAX, "zh")
    assert content_of(short, Template.ANSWER) == Content(template=Template.ANSWER, says=short.says, lacks=short.lacks)
    long = lint("山" * (LENGTH_MAX + 1), "zh")
    assert (long.is_cut, content_of(long), is_safe_for_third_person(long)) == (True, None, False)


HOSTILE = [
    "警察", "不会抓警察", "欠", "还款", "1", "1,", "1 ", "a", "a ", ".", "。", "{", "{amount}", "police ", "sue ",
    "i am not the police ", "- ", "*", "\n", "元", "块", "¥", "一二三", "公安抓,不会", "客户说", "\u200b", "请",
    "0904 ", "will not tell your boss ", "+1 (", "我是", "我是银行",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_text_is_read_in_time(piece: str) -> None:
    text = (piece * LENGTH_MAX)[:LENGTH_MAX]
    began = time.process_time()
    note_warnings(text, Role.NEIGHBOUR)
    assert time.process_time() - began < 10


@given(st.text(max_size=300), st.sampled_from(LANGUAGES))
def test_any_text_is_read_and_its_places_are_true(text: str, language: str) -> None:
    found: Lint = lint(text, language)
    assert not found.is_cut
    for one in found.found:
        assert 0 <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.text


@given(st.text(alphabet="警察抓不会欠款 .,。*\n1元{amount}police sue", max_size=200), st.text(max_size=20))
def test_a_sentence_more_takes_nothing_back(text: str, more: str) -> None:
    """What a text says it still says when another paragraph stands before it."""
    assert set(lint(text, "zh").says) <= set(lint(f"{more}。\n\n\n\n\n\n\n\n\n\n{text}", "zh").says)


@pytest.mark.parametrize(
    ("find", "says"),
    [
        ("a||b", "empty"),
        ("a .. b .. c .. d .. e", "slots"),
        ("<colour>", "called"),
        ("x" * 61, "too long"),
        ("*", "empty"),
    ],
)
def test_a_phrase_that_could_not_be_looked_for_is_refused(find: str, says: str) -> None:
    book = msgspec.to_builtins(BOOKS["en"])
    book["says"] = [{"id": "en.x", "fact": "threat", "find": [find], "hit": "a", "miss": "b"}]
    with pytest.raises(PhraseWrongError, match=says):
        read_book(msgspec.json.encode(book))


def test_two_phrases_with_one_id_and_an_unknown_language_are_refused() -> None:
    book = msgspec.to_builtins(BOOKS["en"])
    book["says"] = [book["says"][0], book["says"][0]]
    with pytest.raises(PhraseWrongError, match="one id"):
        read_book(msgspec.json.encode(book))
    with pytest.raises(PhraseWrongError, match="no phrases"):
        shipped_book("fr")


@pytest.mark.parametrize("vector", VECTORS, ids=[str(at) for at in range(len(VECTORS))])
def test_a_text_says_and_lacks_what_it_does_on_the_phone(vector: dict[str, Any]) -> None:
    found = lint(vector["text"], vector["language"])
    assert (found.says, set(Lacks) - set(found.lacks)) == (vector["says"], set(vector["shows"]))
    assert [[one.phrase, one.text] for one in found.found] == vector["found"]
    assert [one.phrase for one in note_warnings(vector["text"], Role.NEIGHBOUR)] == vector["warned"]
