"""Is the address that phones get the right one, and does Caddy ask nobody for anything?"""

import json
import os
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from infra import lan
from infra.lan import Lan, LanError


def test_the_own_address_is_one_that_can_be_listened_on() -> None:
    with socket.create_server((lan.own_address(), 0)):
        pass


@pytest.mark.parametrize(
    ("name", "bind"),
    [
        ("192.168.1.20", "192.168.1.20"),
        ("rounds.lan", "0.0.0.0"),  # noqa: S104 - the claim itself
        ("Rounds.LOCAL", "0.0.0.0"),  # noqa: S104
    ],
)
def test_a_number_is_listened_on_alone_and_a_name_everywhere(tmp_path: Path, name: str, bind: str) -> None:
    found = lan.lan_of({"ROUNDS_NAME": name}, tmp_path)
    assert (found.name, found.bind) == (name.lower(), bind)
    assert found.origin == f"https://{name.lower()}:8443"
    assert found.page == f"http://{name.lower()}:8444"
    assert found.folder == tmp_path / "lan"


@pytest.mark.parametrize(
    ("environ", "word"),
    [
        ({"ROUNDS_NAME": "http://rounds.lan"}, "ROUNDS_NAME"),
        ({"ROUNDS_NAME": "a b"}, "ROUNDS_NAME"),
        ({"ROUNDS_NAME": "192.168.1"}, "ROUNDS_NAME"),
        ({"ROUNDS_NAME": "x{y}"}, "ROUNDS_NAME"),
        ({"ROUNDS_NAME": "rounds.lan", "ROUNDS_LAN_PORT": "65535"}, "ROUNDS_LAN_PORT"),
        ({"ROUNDS_NAME": "rounds.lan", "ROUNDS_LAN_PORT": "0"}, "ROUNDS_LAN_PORT"),
        ({"ROUNDS_ORIGIN": "https://elsewhere.example"}, "ROUNDS_ORIGIN"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(tmp_path: Path, environ: dict[str, str], word: str) -> None:
    with pytest.raises(LanError, match=word) as refused:
        lan.lan_of(environ, tmp_path)
    assert "\n" not in str(refused.value)


def test_a_missing_caddy_is_said_with_what_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LanError, match="caddy and qrencode missing: run make run LAN=1"):
        lan.lan_of({}, tmp_path)


def adapted(found: Lan) -> dict[str, object]:
    """Return the settings as Caddy itself understands them."""
    command = ["caddy", "adapt", "--config", lan.arguments()[3], "--adapter", "caddyfile"]
    told = {**os.environ, **lan.environment(found, 8400)}
    done = subprocess.run(command, check=True, timeout=30, capture_output=True, env=told)
    understood: dict[str, object] = json.loads(done.stdout)
    return understood


def test_caddy_has_no_remote_control_and_no_certificates_from_elsewhere(tmp_path: Path) -> None:
    found = lan.lan_of({"ROUNDS_NAME": "rounds.lan"}, tmp_path)
    told = adapted(found)
    assert told["admin"] == {"disabled": True}
    assert told["storage"] == {"module": "file_system", "root": str(tmp_path / "lan")}
    text = json.dumps(told["apps"])
    apps = json.loads(text)
    assert apps["pki"]["certificate_authorities"]["local"]["install_trust"] is False
    assert apps["tls"]["disable_ocsp_stapling"] is True
    named = [one for one in apps["tls"]["automation"]["policies"] if "subjects" in one]
    assert [(one["subjects"], one["issuers"]) for one in named] == [(["rounds.lan"], [{"module": "internal"}])]
    assert not [word for word in ("acme", "zerossl", "on_demand") if word in text]
    listened = sorted(port for server in apps["http"]["servers"].values() for port in server["listen"])
    assert listened == ["0.0.0.0:8443", "0.0.0.0:8444"]


def test_only_the_owner_may_enter_the_folder_with_the_keys(tmp_path: Path) -> None:
    found = lan.lan_of({"ROUNDS_NAME": "rounds.lan"}, tmp_path)
    lan.prepare(found)
    lan.prepare(found)
    assert stat.S_IMODE(found.folder.stat().st_mode) == 0o700


def test_a_code_is_printed_whole() -> None:
    lines = lan.qr_code("http://192.168.1.20:8444", is_coloured=False).splitlines()
    assert len({len(line) for line in lines if line}) == 1
    assert set("".join(lines)) <= set("█▀▄ ")
