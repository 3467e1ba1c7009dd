"""OTP devices of the supplier: imported, given by serial number, resynchronised (ID-61, ID-181, ID-184, SP-42)."""

from base64 import b64encode

import pyotp
import pytest

from contracts.actor import ANYONE
from contracts.identity import (
    DeviceDecided,
    GetProfile,
    ListDeviceReviews,
    SecondFactor,
)
from contracts.message import Done
from contracts.notifications import SendAccountNotice, SendLoginCode
from contracts.values import Level
from services.identity.crypto.devices import codes, read_devices
from services.identity.domain.devices import Algorithm
from tests.service.identity.accounts import assign, import_devices, resynchronise
from tests.service.identity.journey import HANDLER, KVK, REVIEWER, actor_of, an_applicant, staff_actor

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
    ((made,), _) = read_devices(PSKC)
    assert (made.serial, made.kind, made.seed, made.digits, made.step_s) == ("987654321", "totp", SEED, 8, 60)
    (counting, timed), _ = read_devices(COUNTING)
    assert (counting.serial, counting.kind, counting.seed) == ("AB-1001", "hotp", SEED)
    assert (timed.kind, timed.seed) == ("totp", SEED)


HEX = SEED.hex().encode()
UNFIT = {
    "empty": (b"", dict.fromkeys(("file.1.serial", "file.1.type", "file.1.seed"), "column_missing")),
    "no seeds": (b"serial,type\nAB-1001,hotp\n", {"file.1.seed": "column_missing"}),
    "no rows": (b"serial,type,seed\n", {"file": "no_devices"}),
    "no text": (b"\xff\xfe", {"file": "file_unreadable"}),
    "short seed": (b"serial,type,seed\nAB-1,hotp,00\nAB-2,hotp," + HEX, {"file.2.seed": "seed_invalid"}),
    "each column": (
        b"serial,type,seed,digits,step,algorithm,counter\nA B/C,ocra,?,7,45,md5,-1\n",
        {
            "file.2.serial": "serial_invalid", "file.2.type": "type_unknown", "file.2.seed": "seed_invalid",
            "file.2.digits": "digits_invalid", "file.2.step": "step_invalid",
            "file.2.algorithm": "algorithm_unknown", "file.2.counter": "counter_invalid",
        },
    ),
    "short row": (b"serial,type,seed\nAB-1001\n", {"file.2.type": "type_unknown", "file.2.seed": "seed_invalid"}),
    "twice": (COUNTING.replace(b"1002", b"1001"), {"file.3.serial": "serial_twice"}),
    "other container": (b"<KeyContainer/>", {"file": "file_unreadable"}),
    "torn": (b"<a>\n<b>\n", {"file.3": "file_unreadable"}),
    "letters as codes": (PSKC.replace(b"DECIMAL", b"BASE64"), {"file.3.digits": "digits_invalid"}),
    "entities": (
        PSKC.replace(b"<KeyContainer", b'<!DOCTYPE x [<!ENTITY e "f">]><KeyContainer', 1), {"file": "file_unreadable"},
    ),
    "locked": (
        PSKC.replace(b"PlainValue", b"EncryptedValue"),
        {"file.3.step": "step_invalid", "file.3.seed": "seed_locked"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNFIT)
def test_of_an_unfit_file_each_fault_is_told_by_its_line(name):
    data, expected = UNFIT[name]
    assert read_devices(data)[1] == expected


def test_of_many_faults_the_first_are_told():
    data = b"serial,type,seed\n" + b"AB-1,hotp,00\n" * 1000
    assert len(read_devices(data)[1]) == 50


AES = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
PRE_SHARED = "<ds:KeyName>Pre-shared-key</ds:KeyName>"
DERIVED = """<d:DerivedKey xmlns:d="http://www.w3.org/2009/xmlenc11#"><d:KeyDerivationMethod
  Algorithm="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2"><p:PBKDF2-params xmlns=""
  xmlns:p="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#"><Salt><Specified>Ej7/PEpyEpw=</Specified></Salt>
  <IterationCount>1000</IterationCount><KeyLength>16</KeyLength></p:PBKDF2-params></d:KeyDerivationMethod></d:DerivedKey>"""


def locked(key, mac_key, seed, mac):
    """A container with an encrypted secret, as the RFC shows one."""

    def encrypted(text):
        return (f'<xenc:EncryptionMethod Algorithm="{AES}"/><xenc:CipherData><xenc:CipherValue>{text}'
                "</xenc:CipherValue></xenc:CipherData>")  # fmt: skip

    return f"""<?xml version="1.0"?><KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc"
      xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">
      <EncryptionKey>{key}</EncryptionKey>
      <MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1"><MACKey>{encrypted(mac_key)}</MACKey></MACMethod>
      <KeyPackage><DeviceInfo><SerialNo>987654321</SerialNo></DeviceInfo>
        <Key Id="12345678" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:hotp">
          <AlgorithmParameters><ResponseFormat Length="8" Encoding="DECIMAL"/></AlgorithmParameters>
          <Data><Secret><EncryptedValue>{encrypted(seed)}</EncryptedValue><ValueMAC>{mac}</ValueMAC></Secret>
            <Counter><PlainValue>0</PlainValue></Counter></Data>
        </Key></KeyPackage></KeyContainer>""".encode()


LOCKED = {
    "figure 6": ("12345678901234567890123456789012", locked(
        PRE_SHARED, "ESIzRFVmd4iZABEiM0RVZgKn6WjLaTC1sbeBMSvIhRejN9vJa2BOlSaMrR7I5wSX",
        "AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv", "Su+NvtQfmvfJzF6bmQiJqoLRExc=",
    )),
    "figure 7": ("qwerty", locked(
        DERIVED, "2GTTnLwM3I4e5IO5FkufoOEiOhNj91fhKRQBtBJYluUDsPOLTfUvoU2dStyOwYZx",
        "oTvo+S22nsmS2Z/RtcoF8Hfh+jzMe0RkiafpoDpnoZTjPYZu6V+A4aEn032yCr4f", "LP6xMvjtypbfT9PdkJhBZ+D6O4w=",
    )),
}  # fmt: skip


@pytest.mark.parametrize("figure", LOCKED)
def test_what_the_maker_has_encrypted_opens_with_the_key_that_it_tells_apart(figure):
    """The values are those of RFC 6030, section 6."""
    key, data = LOCKED[figure]
    ((made,), faults) = read_devices(data, key)
    assert (made.serial, made.seed, made.digits, faults) == ("987654321", SEED, 8, {})
    wrong = [None, "x", key[:-1] + "0", "00" * 16]
    unfit = [read_devices(data, other) for other in wrong]
    unfit += [read_devices(data.replace(old, new), key) for old, new in (
        (b"<ValueMAC>", b"<ValueMAC>AA"), (b"hmac-sha1", b"hmac-md5"), (b"aes128-cbc", b"tripledes-cbc"),
        (b"EncryptedValue", b"Value"),
    )]  # fmt: skip
    assert [list(faults.values()) for _, faults in unfit] == [["seed_locked"]] * len(unfit)


def test_a_derivation_that_would_take_long_is_not_tried():
    key, data = LOCKED["figure 7"]
    _, faults = read_devices(data.replace(b">1000<", b">1000000000<"), key)
    assert list(faults.values()) == ["seed_locked"]


@pytest.mark.security("S37")
async def test_a_locked_file_is_imported_and_a_fault_refuses_all_of_a_file(journey):
    key, data = LOCKED["figure 6"]
    assert (await import_devices(journey, data, key=key)).imported == 1
    (stored,) = await journey.service.database["otp_devices"].find().to_list()
    assert (stored["_id"], SEED.hex() in str(stored)) == ("987654321", False)
    refused = await import_devices(journey, COUNTING + b"AB-1,hotp,00\n")
    assert (refused.code, refused.details) == ("invalid_device_file", {"file.4.seed": "seed_invalid"})
    assert await journey.service.database["otp_devices"].count_documents({}) == 1


@pytest.mark.rule("ID-61", "ID-181", "ID-182", "ID-184", "SP-42")
@pytest.mark.security("S37")
async def test_a_holder_logs_in_with_a_device_given_by_serial_number(journey):
    row, _ = await journey.customer(an_applicant(level=Level.EH2_PLUS, factor=SecondFactor.SMS), an_applicant("Peters"))
    holder, other = (view.person_id for view in row.credentials)
    outcome = await import_devices(journey, COUNTING)
    assert (outcome.imported, outcome.known) == (2, 0)
    assert (await import_devices(journey, COUNTING)).known == 2
    assert SEED.hex() not in str(await journey.service.database["otp_devices"].find().to_list())
    assert await assign(journey, "AB-1001", holder) == DeviceDecided()
    assert (await assign(journey, "AB-1001", other)).code == "device_taken"
    assert (await assign(journey, "AB-9999", other)).code == "unknown"
    at, texted = codes(SEED, 6, Algorithm.SHA1), len(await journey.service.sent(SendLoginCode))
    started = await journey.start_login(USER)
    assert started.second_factor is SecondFactor.OTP
    access, _ = await journey.complete_login(started.login_id, at(3))
    profile = await journey.service.query(GetProfile(actor=actor_of(access)))
    assert (profile.otp_serial, profile.second_factor) == ("AB-1001", SecondFactor.OTP)
    for used in (at(3), at(0)):
        again = await journey.start_login(USER)
        assert (await journey.complete_login(again.login_id, used)).code == "wrong_code"
    assert len(await journey.service.sent(SendLoginCode)) == texted
    assert [notice.notice for notice in await journey.service.sent(SendAccountNotice)] == ["device_assigned"]


@pytest.mark.rule("ID-61", "SP-42")
async def test_a_device_that_ran_away_is_found_again_by_two_codes(journey):
    row, _ = await journey.customer()
    await import_devices(journey, COUNTING)
    for employee in (HANDLER, REVIEWER):
        await assign(journey, "AB-1002", row.credentials[0].person_id, employee)
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
    assert (await journey.service.query(ListDeviceReviews(actor=ANYONE))).code == "not_allowed"
    assert (await import_devices(journey, b"no file of devices")).code == "invalid_device_file"
