"""Secrets: sealed for one receiver, message and field; encrypted at rest for one place."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import uuid4

import pytest

from chassis.sealed import FieldCipher, Sealer, SealError
from tests.harness import SEALING_KEYS, a_key

GATEWAY = Sealer(SEALING_KEYS, "gateway")
IDENTITY = Sealer(SEALING_KEYS, "identity")
BILLING = Sealer(SEALING_KEYS, "billing")


def test_the_receiver_opens_what_was_sealed_for_it():
    id_ = uuid4()
    sealed = GATEWAY.seal("geheim é€", to="identity", message_id=id_, field="password")
    assert "geheim" not in sealed
    assert sealed.isascii()
    assert IDENTITY.open(sealed, message_id=id_, field="password") == "geheim é€"


def test_another_receiver_message_or_field_cannot_open_it():
    id_ = uuid4()
    sealed = GATEWAY.seal("secret", to="identity", message_id=id_, field="password")
    for sealer, message, field in (
        (BILLING, id_, "password"),
        (IDENTITY, uuid4(), "password"),
        (IDENTITY, id_, "new_password"),
        (GATEWAY, id_, "password"),
    ):
        with pytest.raises(SealError):
            sealer.open(sealed, message_id=message, field=field)


def test_no_changed_byte_goes_unnoticed():
    id_ = uuid4()
    raw = urlsafe_b64decode(GATEWAY.seal("secret", to="identity", message_id=id_, field="code"))
    for place in range(len(raw)):
        changed = bytearray(raw)
        changed[place] ^= 1
        with pytest.raises(SealError):
            IDENTITY.open(urlsafe_b64encode(changed).decode(), message_id=id_, field="code")
    for length in range(len(raw)):
        with pytest.raises(SealError):
            IDENTITY.open(urlsafe_b64encode(raw[:length]).decode(), message_id=id_, field="code")


@pytest.mark.parametrize("text", ["", "not base64!", "é", "AAAA"])
def test_what_was_never_sealed_cannot_be_opened(text):
    with pytest.raises(SealError):
        IDENTITY.open(text, message_id=uuid4(), field="code")


def test_the_same_secret_is_never_sealed_the_same_way():
    id_ = uuid4()
    assert len({GATEWAY.seal("1234", to="identity", message_id=id_, field="code") for _ in range(100)}) == 100


def test_a_process_seals_only_for_receivers_whose_key_it_has():
    few = Sealer({"gateway": SEALING_KEYS["gateway"]}, "gateway")
    with pytest.raises(KeyError):
        few.seal("x", to="identity", message_id=uuid4(), field="code")


def test_a_stored_value_is_read_at_its_place_only():
    fields = FieldCipher({"f1": a_key()})
    mine, yours = (fields.encrypt(seed, f"factors:{n}:seed") for n, seed in enumerate(("SEED-A", "SEED-B")))

    assert "SEED-A" not in mine
    assert fields.decrypt(mine, "factors:0:seed") == "SEED-A"
    with pytest.raises(SealError):
        fields.decrypt(yours, "factors:0:seed")
    with pytest.raises(SealError):
        fields.decrypt(mine, "factors:0:mobile")


def test_a_value_under_an_older_key_is_read_and_new_ones_use_the_first():
    old, new = a_key(), a_key()
    stored = FieldCipher({"f1": old}).encrypt("seed", "p")
    rotated = FieldCipher({"f2": new, "f1": old})

    assert rotated.decrypt(stored, "p") == "seed"
    assert rotated.encrypt("seed", "p").startswith("f2:")
    assert FieldCipher({"f2": new}).decrypt(rotated.encrypt("seed", "p"), "p") == "seed"


def test_a_value_under_a_key_that_is_gone_cannot_be_read():
    stored = FieldCipher({"f1": a_key()}).encrypt("seed", "p")
    with pytest.raises(SealError):
        FieldCipher({"f2": a_key()}).decrypt(stored, "p")
    with pytest.raises(SealError):
        FieldCipher({"f1": a_key()}).decrypt(stored, "p")


@pytest.mark.parametrize("stored", ["", "f1", "f1:", "f1:!!!", "f1:AAAA", ":AAAA"])
def test_what_was_never_encrypted_cannot_be_read(stored):
    with pytest.raises(SealError):
        FieldCipher({"f1": a_key()}).decrypt(stored, "p")
