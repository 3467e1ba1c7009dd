"""OTP devices of the supplier: imported, given by serial number, resynchronised (ID-61, ID-181, ID-184, SP-42)."""

from base64 import b64encode

import pyotp
import pytest

from contracts.actor import ANYONE
from contracts.identity import GetProfile, SecondFactor
from contracts.message import Done
from contracts.notifications import SendAccountNotice, SendLoginCode
from contracts.values import Level
from services.identity.crypto.devices import DeviceFileError, codes, read_devices
from services.identity.domain.devices import Algorithm
from tests.service.identity.accounts import assign, import_devices, resynchronise
from tests.service.identity.journey import KVK, actor_of, an_applicant, staff_actor

USER, OTHER = f"user0.{KVK}", f"user1.{KVK}"
SEED = bytes.fromhex("3132333435363738393031323334353637383930")
COUNTING = f"serial,type,seed\nAB-1001,hotp,{SEED.hex()}\nAB-1002,totp,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n".encode()
PSKC = f"""<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">
  <KeyPackage>
    <DeviceInfo><Manufacturer>Maker</Manufacturer><SerialNo>987654321</SerialNo></DeviceInfo>
    <Key Id="1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp">
      <AlgorithmParameters><ResponseFormat Length="8" Encoding="DECIMAL"/></AlgorithmParameters>
      <Data><Secret><PlainValue>{b64encode(SEED).decode()}</PlainValue></Secret>
        <TimeInterval><PlainValue>60</PlainValue></TimeInterval></Data>
    </Key>
  </KeyPackage>
</KeyContainer>""".encode()


def test_codes_are_those_of_the_standards():
    """RFC 4226 appendix D, RFC 6238 appendix B."""
    at = codes(SEED, 6, Algorithm.SHA1)
    assert [at(place) for place in range(4)] == ["755224", "287082", "359152", "969429"]
    assert codes(SEED, 8, Algorithm.SHA1)(59 // 30) == "94287082"
    assert codes(SEED + SEED[:12], 8, Algorithm.SHA256)(1111111109 // 30) == "68084774"
    long = (SEED * 4)[:64]
    assert codes(long, 8, Algorithm.SHA512)(1234567890 // 30) == "93441116"


def test_a_file_of_either_kind_is_read():
    (made,) = read_devices(PSKC)
    assert (made.serial, made.kind, made.seed, made.digits, made.step_s) == ("987654321", "totp", SEED, 8, 60)
    counting, timed = read_devices(COUNTING)
    assert (counting.serial, counting.kind, counting.seed) == ("AB-1001", "hotp", SEED)
    assert (timed.kind, timed.seed) == ("totp", SEED)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"serial,type\nA,hotp\n", b"serial,type,seed\nAB-1,hotp,00\n", b"<KeyContainer/>", b"<a", b"\xff\xfe",
        COUNTING.replace(b"1002", b"1001"), COUNTING.replace(b"hotp", b"ocra"), PSKC.replace(b"DECIMAL", b"BASE64"),
        PSKC.replace(b"<KeyContainer", b'<!DOCTYPE x [<!ENTITY e "f">]><KeyContainer', 1),
        PSKC.replace(b"PlainValue", b"EncryptedValue"), b"serial,type,seed\nA B/C,hotp," + SEED.hex().encode(),
    ],
)  # fmt: skip
def test_an_unfit_file_is_refused(data):
    with pytest.raises(DeviceFileError):
        read_devices(data)


@pytest.mark.rule("ID-61", "ID-181", "ID-182", "ID-184", "SP-42")
@pytest.mark.security("S37")
async def test_a_holder_logs_in_with_a_device_given_by_serial_number(journey):
    row, _ = await journey.customer(an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.SMS), an_applicant("Peters"))
    holder, other = (view.person_id for view in row.credentials)
    outcome = await import_devices(journey, COUNTING)
    assert (outcome.imported, outcome.known) == (2, 0)
    assert (await import_devices(journey, COUNTING)).known == 2
    assert SEED.hex() not in str(await journey.service.database["otp_devices"].find().to_list())
    assert await assign(journey, "AB-1001", holder) == Done()
    assert (await assign(journey, "AB-1001", other)).code == "device_taken"
    assert (await assign(journey, "AB-9999", other)).code == "unknown"
    at = codes(SEED, 6, Algorithm.SHA1)
    started = await journey.start_login(USER)
    assert started.second_factor is SecondFactor.OTP
    access, _ = await journey.complete_login(started.login_id, at(3))
    profile = await journey.service.query(GetProfile(actor=actor_of(access)))
    assert (profile.otp_serial, profile.second_factor) == ("AB-1001", SecondFactor.OTP)
    for used in (at(3), at(0)):
        again = await journey.start_login(USER)
        assert (await journey.complete_login(again.login_id, used)).code == "wrong_code"
    assert await journey.service.sent(SendLoginCode) == []
    assert [notice.notice for notice in await journey.service.sent(SendAccountNotice)] == ["device_assigned"]


@pytest.mark.rule("ID-61", "SP-42")
async def test_a_device_that_ran_away_is_found_again_by_two_codes(journey):
    row, _ = await journey.customer()
    await import_devices(journey, COUNTING)
    await assign(journey, "AB-1002", row.credentials[0].person_id)
    journey.later(minutes=1)
    slow = pyotp.TOTP("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
    ahead = int(journey.now.timestamp()) + 20 * 60
    started = await journey.start_login(USER)
    assert (await journey.complete_login(started.login_id, slow.at(ahead))).code == "wrong_code"
    assert (await resynchronise(journey, "AB-1002", slow.at(ahead), "000000")).code == "wrong_code"
    assert await resynchronise(journey, "AB-1002", slow.at(ahead), slow.at(ahead + 30)) == Done()
    journey.later(minutes=2)
    assert len(await journey.complete_login(
        (await journey.start_login(USER)).login_id, slow.at(ahead + 30 + 120)
    )) == 2  # fmt: skip


@pytest.mark.security("S22")
async def test_only_the_deciding_back_office_handles_devices(journey):
    row, _ = await journey.customer()
    auditor = staff_actor("auditor")
    for actor in (ANYONE, auditor):
        assert (await import_devices(journey, COUNTING, actor)).code == "not_allowed"
        assert (await assign(journey, "AB-1001", row.credentials[0].person_id, actor)).code == "not_allowed"
        assert (await resynchronise(journey, "AB-1001", "123456", "123456", actor)).code == "not_allowed"
    assert (await import_devices(journey, b"no file of devices")).code == "invalid_device_file"
