"""The catalogue file: our own one in full, and everything that may be wrong with another one."""

import base64
import hashlib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from contracts.values import Level, Localized
from services.authorizations.catalogue_file import MAX_BYTES, CatalogueError, read_catalogue
from stack.data.sign_catalogue import CATALOGUE, sign

XSD = Path(__file__).parents[2] / "files" / "xsd" / "eherkenning-dc.xml"
ESC = "{urn:etoegang:1.13:service-catalog}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"
UUID_A = "11111111-1111-4111-8111-111111111111"
UUID_B = "22222222-2222-4222-8222-222222222222"
OIN_A = "00000099000000201000"
OIN_B = "00000099000000202000"


def definition(uuid=UUID_A, level="loa3", name="Vergunning", extra=""):
    return f"""<esc:ServiceDefinition esc:IsPublic="true">
<esc:ServiceUUID>{uuid}</esc:ServiceUUID>
<esc:ServiceName xml:lang="nl">{name}</esc:ServiceName>
<esc:ServiceDescription xml:lang="nl">Uitleg</esc:ServiceDescription>
<esc:ServiceDescription xml:lang="en">Explanation</esc:ServiceDescription>
<saml2:AuthnContextClassRef>urn:etoegang:core:assurance-class:{level}</saml2:AuthnContextClassRef>
{extra}</esc:ServiceDefinition>
"""


def instance(oin=OIN_A, number=9001, uuid=UUID_A, extra=""):
    return f"""<esc:ServiceInstance esc:IsPublic="true">
<esc:ServiceID>urn:etoegang:DV:{oin}:services:{number}</esc:ServiceID>
<esc:ServiceUUID>33333333-3333-4333-8333-333333333333</esc:ServiceUUID>
<esc:InstanceOfService>{uuid}</esc:InstanceOfService>
{extra}</esc:ServiceInstance>
"""


def provider(*parts, oin=OIN_A):
    return f"""<esc:ServiceProvider esc:IsPublic="true">
<esc:ServiceProviderID>{oin}</esc:ServiceProviderID>
<esc:OrganizationDisplayName xml:lang="nl">Gemeente Proef</esc:OrganizationDisplayName>
{"".join(parts)}</esc:ServiceProvider>
"""


def catalogue(*providers, before=""):
    return f"""<?xml version="1.0" encoding="UTF-8"?>
{before}<esc:ServiceCatalogue xmlns:esc="urn:etoegang:1.13:service-catalog"
 xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion">
{"".join(providers)}</esc:ServiceCatalogue>""".encode()


def faults(data):
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(data)
    return caught.value.faults


def line_of(data, text):
    return next(number for number, line in enumerate(data.decode().splitlines(), 1) if text in line)


@pytest.fixture(scope="module")
def ours():
    return read_catalogue(CATALOGUE.read_bytes())


def test_our_catalogue_is_valid_under_the_schema_of_the_scheme():
    schema = etree.XMLSchema(etree.parse(XSD))
    schema.assertValid(etree.parse(CATALOGUE))


def test_the_schema_refuses_a_catalogue_without_signature():
    schema = etree.XMLSchema(etree.parse(XSD))
    document = etree.parse(CATALOGUE)
    document.getroot().remove(document.getroot().find(f"{DS}Signature"))
    assert not schema.validate(document)


def verify(data):
    root = etree.fromstring(data)
    signature = root.find(f"{DS}Signature")
    signed_info = etree.tostring(signature.find(f"{DS}SignedInfo"), method="c14n", exclusive=True)
    certificate = x509.load_der_x509_certificate(base64.b64decode(signature.findtext(f".//{DS}X509Certificate")))
    value = base64.b64decode(signature.findtext(f"{DS}SignatureValue"))
    certificate.public_key().verify(value, signed_info, padding.PKCS1v15(), hashes.SHA256())
    digest = signature.findtext(f".//{DS}DigestValue")
    root.text += signature.tail
    root.remove(signature)
    octets = etree.tostring(root, method="c14n", exclusive=True, with_comments=False)
    return base64.b64encode(hashlib.sha256(octets).digest()).decode() == digest


def test_our_catalogue_carries_a_true_signature_over_its_whole_text():
    data = CATALOGUE.read_bytes()
    assert verify(data)
    assert not verify(data.replace(b"Mijn Kadaster", b"Mijn kadaster"))


def test_a_changed_catalogue_is_signed_anew():
    changed = CATALOGUE.read_bytes().replace(b"Mijn Kadaster", b"Mijn kadaster")
    signed = sign(changed, datetime(2026, 11, 21, tzinfo=UTC))
    assert verify(signed)
    etree.XMLSchema(etree.parse(XSD)).assertValid(etree.fromstring(signed))


@pytest.mark.rule("AU-02")
def test_our_catalogue_has_the_providers_the_manuals_name(ours):
    names = {one.name.nl for one in ours}
    assert len(ours) >= 20
    assert {"Belastingdienst", "UWV", "Douane"} <= names
    assert any("KVK" in name for name in names)
    assert any("RVO" in name for name in names)
    assert len({one.oin for one in ours}) == len(ours)


@pytest.mark.rule("AU-01")
def test_each_service_of_our_catalogue_belongs_to_its_provider_and_has_a_level(ours):
    services = [(one, service) for one in ours for service in one.services]
    assert len(services) >= 60
    assert all(service.service_id.startswith(f"urn:etoegang:DV:{one.oin}:services:") for one, service in services)
    assert {service.level for _, service in services} == set(Level)
    assert all(service.name.en and service.description.en for _, service in services)


def test_a_product_of_several_municipalities_has_one_uuid(ours):
    offers = Counter(service.service_uuid for one in ours for service in one.services)
    shared = {uuid for uuid, count in offers.items() if count > 1}
    by_uuid = {service.service_uuid: service for one in ours for service in one.services}
    assert {by_uuid[uuid].name.nl for uuid in shared} == {
        "Parkeervergunning bedrijven", "Evenementenvergunning", "Afvalpas bedrijven",
    }  # fmt: skip
    assert max(offers.values()) == 4


def test_chain_authorizations_are_accepted_by_some_services_only(ours):
    accepted = {(one.name.nl, service.name.nl): service.chain_allowed for one in ours for service in one.services}
    assert accepted["Belastingdienst", "Mijn Belastingdienst Zakelijk"]
    assert not accepted["Belastingdienst", "Belastingdienst EH3-inlogmiddel"]
    assert not accepted["Kadaster", "Mijn Kadaster"]


@pytest.mark.rule("ID-06")
def test_branches_are_not_accepted_by_belastingdienst_and_uwv(ours):
    accepting = {one.name.nl for one in ours for service in one.services if service.branch_allowed}
    assert accepting.isdisjoint({"Belastingdienst", "UWV"})
    assert "Kadaster" in accepting


def test_all_of_a_service_is_read():
    restriction = (
        "<esc:ServiceRestrictionsAllowed>urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
        "</esc:ServiceRestrictionsAllowed>"
    )
    classifier = "<esc:Classifiers><esc:Classifier>chain-authorization</esc:Classifier></esc:Classifiers>"
    data = catalogue(provider(definition(level="loa2plus", extra=restriction), instance(extra=classifier)))
    [one] = read_catalogue(data)
    [service] = one.services
    assert (one.oin, one.name) == (OIN_A, Localized(nl="Gemeente Proef", en="Gemeente Proef"))
    assert str(service.service_uuid) == UUID_A
    assert service.service_id == f"urn:etoegang:DV:{OIN_A}:services:9001"
    assert service.name == Localized(nl="Vergunning", en="Vergunning")
    assert service.description == Localized(nl="Uitleg", en="Explanation")
    assert service.level is Level.EH2_PLUS
    assert service.chain_allowed
    assert service.branch_allowed


def test_without_marks_neither_chains_nor_branches_are_accepted():
    [one] = read_catalogue(catalogue(provider(definition(), instance())))
    assert not one.services[0].chain_allowed
    assert not one.services[0].branch_allowed


def test_an_instance_may_name_the_definition_of_a_later_provider():
    data = catalogue(provider(instance()), provider(definition(), oin=OIN_B))
    first, second = read_catalogue(data)
    assert [str(service.service_uuid) for service in first.services] == [UUID_A]
    assert second.services == ()


def test_an_intermediated_instance_is_no_service_of_its_own():
    passed_on = instance(number=9002, extra=f"<esc:IntermediatedService>{UUID_B}</esc:IntermediatedService>")
    [one] = read_catalogue(catalogue(provider(definition(), instance(), passed_on)))
    assert [service.service_id[-4:] for service in one.services] == ["9001"]


@pytest.mark.parametrize(
    ("data", "marker", "text"),
    [
        (catalogue(provider(definition(level="loa1"), instance())), "ServiceDefinition", "no level on offer"),
        (catalogue(provider(definition(uuid="x"))), "ServiceDefinition", "is no UUID"),
        (catalogue(provider(definition(), instance(uuid=UUID_B))), "ServiceInstance", "has no ServiceDefinition"),
        (catalogue(provider(definition(), instance(oin=OIN_B))), "ServiceInstance", "another provider"),
        (catalogue(provider(definition(), instance(number="n"))), "ServiceInstance", "is not urn:etoegang:DV"),
        (catalogue(provider(oin="123")), "ServiceProvider ", "is no OIN"),
        (catalogue(provider(oin="0" * 20)), "ServiceProvider ", "is no OIN"),
        (catalogue(provider(definition(name="n" * 65))), 'ServiceName xml:lang="nl"', "1 to 64 characters, not 65"),
        (catalogue(provider(definition(name=" "))), 'ServiceName xml:lang="nl"', "1 to 64 characters, not 0"),
        (
            catalogue(provider(definition().replace('lang="nl">V', 'lang="fr">V'))),
            "ServiceDefinition",
            "ServiceName in Dutch is missing",
        ),
        (catalogue(), "ServiceCatalogue", "no service provider"),
    ],
)
def test_a_fault_is_named_with_its_line(data, marker, text):
    [fault] = faults(data)
    assert text in fault.text
    # an element counts from the line where its start tag ends
    assert fault.line in {line_of(data, marker), line_of(data, marker) + 1}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (catalogue(provider(), provider()), "twice"),
        (catalogue(provider(definition(), definition())), "defined twice"),
        (catalogue(provider(definition(), instance(), instance(number=9002))), "second instance"),
        (
            catalogue(provider(definition(), definition(uuid=UUID_B), instance(), instance(uuid=UUID_B))),
            "stands in the file twice",
        ),
        (
            catalogue(provider(definition()), provider(definition(level="loa4"), oin=OIN_B)),
            "has level EH4 here and EH3",
        ),
    ],
)
def test_what_must_be_there_once_is_refused_the_second_time(data, text):
    [fault] = faults(data)
    assert text in fault.text


def test_all_faults_come_at_once_in_order_of_line():
    data = catalogue(provider(definition(level="loa1"), instance(oin=OIN_B)), provider(oin="7"))
    found = faults(data)
    assert len(found) == 3
    assert [fault.line for fault in found] == sorted(fault.line for fault in found)
    assert str(CatalogueError(list(found))).count("line ") == 3


def test_a_file_that_is_no_xml_is_refused_with_the_parsers_line():
    [fault, *_] = faults(b"<a>\n<b>\n</a>")
    assert fault.line == 3


def test_another_document_and_another_version_are_refused():
    assert "no ServiceCatalogue" in faults(b"<html/>")[0].text
    older = catalogue(provider()).replace(b"1.13:service-catalog", b"1.12:service-catalog")
    assert "no ServiceCatalogue" in faults(older)[0].text


@pytest.mark.parametrize(
    "declaration",
    [
        "<!DOCTYPE x>",
        '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    ],
)
def test_a_document_type_declaration_is_refused(declaration):
    data = catalogue(provider(definition(), instance()), before=declaration)
    assert "document type" in faults(data)[0].text


def test_entities_are_never_filled_in():
    data = catalogue(
        provider(definition(name="&secret;")), before='<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
    )
    assert all(Path("/etc/hostname").read_text().strip() not in fault.text for fault in faults(data))


def test_a_file_that_is_too_large_is_refused_unread():
    assert "larger than" in faults(b" " * (MAX_BYTES + 1))[0].text
