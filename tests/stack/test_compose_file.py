"""docker-compose.yml: what is published, what each container may do and see, and that no setting was forgotten."""

import re
from pathlib import Path

import pytest

from stack import secrets
from stack.settings import PROCESSES, SERVICES, Place

TREE = Path(__file__).resolve().parents[2]
TEXT = (TREE / "docker-compose.yml").read_text()
ONCE = {"keys", "replica-set", "catalogue", "demo"}


def blocks(text, section):
    """The blocks of a section by name, as text: there is no YAML reader in the lock."""
    inside = re.search(rf"^{section}:[^\n]*\n((?:(?:[ #][^\n]*)?\n)+)", text, re.MULTILINE)[1]
    return {
        found[1]: found[2]
        for found in re.finditer(r"^  ([a-z-]+):[^\n]*\n((?:(?:    [^\n]*)?\n)*)", inside, re.MULTILINE)
    }


def anchored(name):
    """The text below `x-<name>`, with what it takes over from others."""
    own = re.search(rf"^x-{name}: &{name}\n((?:  [^\n]*\n)+)", TEXT, re.MULTILINE)[1]
    return own + "".join(anchored(other) for other in re.findall(r"<<: \*([a-z]+)", own))


CONTAINERS = {
    name: block + "".join(anchored(other) for other in re.findall(r"^    <<: \*([a-z]+)", block, re.MULTILINE))
    for name, block in blocks(TEXT, "services").items()
}


def test_every_process_and_server_has_a_container():
    assert set(CONTAINERS) == {*PROCESSES, "mongo", "kafka", "sinks", "mail"} | ONCE


@pytest.mark.parametrize("name", sorted(CONTAINERS.keys() - ONCE))
def test_a_container_that_stays_has_a_health_check_and_comes_back(name):
    assert "healthcheck:" in CONTAINERS[name]
    assert "disable: true" not in CONTAINERS[name]
    assert re.findall(r"restart: (\S+)", CONTAINERS[name]) == ["unless-stopped"]


@pytest.mark.parametrize("name", sorted(CONTAINERS))
def test_a_container_has_no_more_rights_than_it_needs(name):
    block = CONTAINERS[name]

    assert "read_only: true" in block
    assert "cap_drop: [ALL]" in block
    assert "no-new-privileges:true" in block
    assert ("cap_add:" in block) == (name == "mongo")
    for word in ("privileged:", "network_mode", "pid:", "docker.sock", "user: root"):
        assert word not in block


def test_only_the_gateway_and_the_page_of_mails_are_published_and_only_here():
    published = {
        name: re.findall(r'ports: \["([^"]+)"\]', block) for name, block in CONTAINERS.items() if "ports:" in block
    }

    assert set(published) == {"gateway", "mail"}
    for ports in published.values():
        assert ports
        assert all(port.startswith("127.0.0.1:${") for port in ports)
    assert "inside: {internal: true}" in TEXT
    assert {name for name, block in CONTAINERS.items() if "outside]" in block} == {"gateway", "mail"}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_sees_its_own_keys_alone(name):
    mounted = re.findall(r"keys[a-z-]*(?=:/)", CONTAINERS[name])

    assert mounted == ([f"keys-{name}"] if name in secrets.RECEIVERS else [])
    assert not mounted or f"keys-{name}:/run/keys:ro" in CONTAINERS[name]


def test_all_keys_are_seen_by_the_container_that_makes_them_alone():
    assert [name for name, block in CONTAINERS.items() if "keys:/keys/made" in block] == ["keys"]
    assert re.findall(r"keys-([a-z]+):/keys/\1\n", CONTAINERS["keys"]) == list(secrets.RECEIVERS)


def test_a_process_is_given_every_setting_that_it_has_on_one_machine():
    given = set(re.findall(r"^  ([A-Z_]+):", anchored("settings"), re.MULTILINE))
    wanted = Place("zlogin", "zlogin", "mongodb://x", "x", "http://x", 25, "http://x").environment("one", 8080)

    by_default = {"PEERS", "MONGO_DRIVER", "TIME"}
    of_the_image = {"HTTP_HOST", "HTTP_PORT"}
    assert set(wanted) - given == by_default | of_the_image
    dockerfile = (TREE / "Dockerfile").read_text()
    assert all(f"{name}=" in dockerfile for name in of_the_image)


def test_a_transaction_lives_as_long_as_on_one_machine():
    assert "--setParameter=transactionLifetimeLimitSeconds=5" in CONTAINERS["mongo"]
    assert "/?replicaSet=volmacht" in TEXT
    assert "--replSet=volmacht" in CONTAINERS["mongo"]


def test_images_and_ports_are_settings_that_the_operators_page_names():
    named = set(re.findall(r"\$\{([A-Z_]+)", TEXT))
    page = (TREE / "docs" / "operations.md").read_text()

    assert {"BASE_IMAGE", "MONGO_IMAGE", "KAFKA_IMAGE", "MAIL_IMAGE", "GATEWAY_PORT", "MAIL_PORT"} <= named
    assert {name for name in named if f"`{name}`" not in page} == set()
    images = re.findall(r"^ +image: (\S+)", TEXT, re.MULTILINE)
    assert all(image == "volmacht:local" or image.startswith("${") for image in images)


def test_the_image_does_not_run_as_root_and_every_service_is_in_it():
    dockerfile = (TREE / "Dockerfile").read_text()
    kept = re.findall(r"^!(\S+)$", (TREE / ".dockerignore").read_text(), re.MULTILINE)

    assert re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE) == ["10001:10001"]
    assert {"services", "gateway", "clock", "chassis", "contracts", "profiles", "stack"} <= set(kept)
    assert all((TREE / "services" / name).is_dir() for name in SERVICES)
