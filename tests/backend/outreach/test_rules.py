"""Which addresses do we push to, what can a push say, and what does each answer lead to?"""

import json
import os
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import msgspec
import pytest

from backend.kernel.ids import new_id
from backend.outreach import rules
from backend.outreach.schemas import (
    Answer,
    DeliveryState,
    Language,
    MessageKind,
    Notification,
    Payload,
    Trouble,
)

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
SECRET = "BTBZMqHH6r4Tts7J_aSIgg"
VECTORS = Path(os.environ.get("ROUNDS_SHARED", Path(__file__).resolve().parents[4] / "shared")) / "data" / "webpush"


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:def",
        "https://updates.push.services.mozilla.com:443/wpush/v2/gAAA",
        "https://web.push.apple.com/QGu",
        "https://xn--fiq228c.example.cn/p?x=1",
    ],
)
def test_an_address_of_a_push_service_is_taken(endpoint: str) -> None:
    assert rules.endpoint_flaw(endpoint, is_test=False) is None


@pytest.mark.parametrize(
    ("endpoint", "flaw"),
    [
        ("http://push.example.com/x", "not_https"),
        ("ftp://push.example.com/x", "not_https"),
        ("https://push.example.com:8443/x", "other_port"),
        ("https://push.example.com:99999/x", "not_an_address"),
        ("https://user@push.example.com/x", "not_an_address"),
        ("https://push.example.com/x#y", "not_an_address"),
        ("https:///x", "not_an_address"),
        ("https://[::1", "not_an_address"),
        ("https://localhost/x", "not_public"),
        ("https://localhost./x", "not_public"),
        ("https://a.localhost/x", "not_public"),
        ("https://database.internal/x", "not_public"),
        ("https://printer.local/x", "not_public"),
        ("https://10.0.0.1/x", "not_a_name"),
        ("https://127.1/x", "not_a_name"),
        ("https://0x7f.0.0.0x1/x", "not_a_name"),
        ("https://2130706433/x", "not_public"),
        ("https://169.254.169.254/latest/meta-data", "not_a_name"),
        ("https://[::ffff:10.0.0.1]/x", "not_a_name"),
        ("https://[2606:4700::1111]/x", "not_a_name"),
        ("https://推送.example/x", "not_a_name"),
        ("http://127.0.0.1:8090/x", "not_https"),
        ("", "not_https"),
    ],
)
def test_an_address_that_may_lead_inside_is_refused(endpoint: str, flaw: str) -> None:
    assert rules.endpoint_flaw(endpoint, is_test=False) == flaw


@pytest.mark.parametrize(
    ("endpoint", "is_taken"),
    [
        ("http://127.0.0.1:8090/notify/x", True),
        ("http://localhost:8090/notify/x", True),
        ("http://10.0.0.1:8090/x", False),
        ("http://a@127.0.0.1:8090/x", False),
        ("http://127.0.0.1.example.com/x", False),
        ("https://localhost/x", False),
    ],
)
def test_a_test_may_also_use_http_on_this_machine_and_nothing_else(endpoint: str, *, is_taken: bool) -> None:
    assert (rules.endpoint_flaw(endpoint, is_test=True) is None) is is_taken


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:192.168.1.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("ff02::1", False),
    ],
)
def test_only_addresses_of_the_public_internet_are_public(address: str, *, is_public: bool) -> None:
    assert rules.is_public(address) is is_public


def test_keys_of_the_rfc_are_taken_with_and_without_padding() -> None:
    keys = rules.keys_of(POINT, SECRET)
    assert keys is not None
    assert (len(keys.p256dh), len(keys.auth)) == (65, 16)
    assert rules.keys_of(POINT + "=", SECRET + "==") == keys


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        (POINT[:-2], SECRET),  # too short
        (POINT, SECRET[:-2]),
        (POINT, SECRET + "AAAA"),
        (POINT.replace("x", "y", 1), SECRET),  # not on the curve
        ("A" * 87, SECRET),  # the point at infinity, and no 4 in front
        (urlsafe_b64encode(b"\x04" + b"\xff" * 64).decode(), SECRET),  # beyond the field
        ("not base64 !", SECRET),
        (POINT, "密钥"),
        ("", ""),
    ],
)
def test_keys_to_which_nothing_can_be_encrypted_are_refused(p256dh: str, auth: str) -> None:
    assert rules.keys_of(p256dh, auth) is None


def test_points_are_judged_as_project_wycheproof_does() -> None:
    """Each of its points that is on the curve is taken, each other one refused."""
    file = VECTORS / "wycheproof" / "ecdh_secp256r1_ecpoint_test.json"
    if not file.is_file():
        pytest.skip(f"the vectors of Project Wycheproof are not at {file}")
    seen = set()
    for group in json.loads(file.read_text())["testGroups"]:
        for case in group["tests"]:
            point = bytes.fromhex(case["public"])
            if len(point) != 65:
                continue
            taken = rules.keys_of(urlsafe_b64encode(point).decode(), SECRET) is not None
            assert taken is (case["result"] != "invalid"), case["comment"]
            seen.add(taken)
    assert seen == {True, False}


def test_a_payload_has_no_room_for_a_name_or_an_amount() -> None:
    """OU-4: what may stand on a lock screen is fixed by the types, not by care."""
    assert Payload.__struct_fields__ == ("web_push", "notification")
    assert Notification.__struct_fields__ == ("title", "body", "navigate", "lang", "tag")
    for kind in MessageKind:
        for language in Language:
            first = rules.payload_of(kind, None, language, "https://rounds.example")
            again = rules.payload_of(kind, new_id(), language, "https://rounds.example")
            assert (first.notification.title, first.notification.body) == (
                again.notification.title,
                again.notification.body,
            )
            words = first.notification.title + first.notification.body
            assert not any(letter.isdigit() for letter in words)
            assert not set("¥￥$€{}%") & set(words)


def test_a_payload_is_declarative_and_leads_to_our_own_screen() -> None:
    case_id = new_id()
    payload = rules.payload_of(MessageKind.CLIENT_PAID, case_id, Language.CHINESE, "https://rounds.example")
    assert msgspec.to_builtins(payload) == {
        "web_push": 8030,
        "notification": {
            "title": "有客户已还款",
            "body": "上门前请先查看案件。",
            "navigate": f"https://rounds.example/cases/{case_id}",
            "lang": "zh-CN",
            "tag": f"client_paid-{case_id}",
        },
    }


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (MessageKind.PLAN_PUBLISHED, "/"),
        (MessageKind.PLAN_CHANGED, "/"),
        (MessageKind.CASE_TAKEN, "/inbox"),
        (MessageKind.CASE_GIVEN, "/cases"),
        (MessageKind.CLIENT_PAID, "/cases"),
        (MessageKind.DEBT_LOWERED, "/cases"),
        (MessageKind.DEADLINE_NEAR, "/law/limitation"),
    ],
)
def test_a_message_about_several_cases_leads_to_their_list(kind: MessageKind, path: str) -> None:
    assert rules.path_of(kind, None) == path


def test_plans_of_a_person_replace_each_other_on_the_way_and_cases_do_not() -> None:
    one, other = new_id(), new_id()
    assert rules.topic_of(MessageKind.PLAN_PUBLISHED, one) == rules.topic_of(MessageKind.PLAN_CHANGED, other)
    assert rules.topic_of(MessageKind.CLIENT_PAID, one) != rules.topic_of(MessageKind.CLIENT_PAID, other)
    headers = rules.headers_of(MessageKind.CASE_TAKEN, one, 60)
    assert (headers["TTL"], headers["Urgency"], len(headers["Topic"])) == ("60", "high", 32)


def answer(status: int | None = None, retry_after: str | None = None, trouble: Trouble | None = None) -> Answer:
    return Answer(status_code=status, retry_after=retry_after, trouble=trouble, detail="")


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (answer(200), DeliveryState.SENT),
        (answer(201), DeliveryState.SENT),
        (answer(202), DeliveryState.SENT),
        (answer(301), DeliveryState.FAILED),
        (answer(400), DeliveryState.FAILED),
        (answer(403), DeliveryState.FAILED),
        (answer(404), DeliveryState.PRUNED),
        (answer(410), DeliveryState.PRUNED),
        (answer(413), DeliveryState.FAILED),
        (answer(429), DeliveryState.SCHEDULED),
        (answer(499), DeliveryState.FAILED),
        (answer(500), DeliveryState.SCHEDULED),
        (answer(503), DeliveryState.SCHEDULED),
        (answer(trouble=Trouble.NOT_SENT), DeliveryState.SCHEDULED),
        (answer(trouble=Trouble.NO_ANSWER), DeliveryState.UNKNOWN),
        (answer(trouble=Trouble.FORBIDDEN), DeliveryState.FAILED),
    ],
)
def test_each_answer_leads_to_one_state(said: Answer, state: DeliveryState) -> None:
    verdict = rules.verdict_of(said, 1, LATER, NOW, 0.5)
    assert verdict.state is state
    assert (verdict.due_at is not None) is (state is DeliveryState.SCHEDULED)


def test_the_last_attempt_is_not_followed_by_another() -> None:
    assert rules.verdict_of(answer(503), rules.ATTEMPTS_MAX - 1, LATER, NOW, 0).state is DeliveryState.SCHEDULED
    assert rules.verdict_of(answer(503), rules.ATTEMPTS_MAX, LATER, NOW, 0).state is DeliveryState.FAILED


def test_what_would_be_tried_again_after_its_life_expires_at_once() -> None:
    said = answer(429, "60")
    assert rules.verdict_of(said, 1, NOW + timedelta(seconds=60), NOW, 0).state is DeliveryState.EXPIRED
    verdict = rules.verdict_of(said, 1, NOW + timedelta(seconds=61), NOW, 0)
    assert (verdict.state, verdict.due_at) == (DeliveryState.SCHEDULED, NOW + timedelta(seconds=60))


@pytest.mark.parametrize(
    ("attempts", "jitter", "seconds"), [(1, 0, 5), (1, 1, 2.5), (2, 0, 10), (6, 0, 160), (9, 0, 900), (60, 1, 450)]
)
def test_the_wait_doubles_to_a_limit_and_is_shortened_at_random(attempts: int, jitter: float, seconds: float) -> None:
    assert rules.backoff_of(attempts, jitter) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, 0),
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("9" * 30, 10**7),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0),
        ("soon", 0),
        ("-5", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text: str | None, seconds: int) -> None:
    assert rules.retry_after_of(text, NOW) == timedelta(seconds=seconds)


def test_a_signature_is_for_scheme_host_and_port() -> None:
    assert rules.origin_of("https://web.push.apple.com/a/b?c") == "https://web.push.apple.com"
    assert rules.origin_of("http://127.0.0.1:8090/notify") == "http://127.0.0.1:8090"
