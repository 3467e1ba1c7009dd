"""The service catalogue (dienstencatalogus) as a file: eTD XML in, providers with their services out (AU-01, AU-02).

A service is known by the UUID of its definition; several providers may define the same one (stack/data/README.md).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import UUID

from lxml import etree

from contracts.values import Level, Localized

MAX_BYTES: Final = 32 * 1024 * 1024
"""A larger file is refused unread, in bytes."""

CHAIN_CLASSIFIER: Final = "chain-authorization"
"""The classifier on an instance whose provider accepts chain authorizations."""

BRANCH_RESTRICTION: Final = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
"""The restriction on a definition that accepts a branch number."""

LEVELS: Final[Mapping[str, Level]] = MappingProxyType(
    {
        "urn:etoegang:core:assurance-class:loa2": Level.EH2,
        "urn:etoegang:core:assurance-class:loa2plus": Level.EH2_PLUS,
        "urn:etoegang:core:assurance-class:loa3": Level.EH3,
        "urn:etoegang:core:assurance-class:loa4": Level.EH4,
    }
)

_ESC: Final = "{urn:etoegang:1.13:service-catalog}"
_LEVEL_TAG: Final = "{urn:oasis:names:tc:SAML:2.0:assertion}AuthnContextClassRef"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_NAME_LENGTH: Final = 64
_DESCRIPTION_LENGTH: Final = 1024
_OIN = re.compile(r"(?!0{20})[0-9]{20}", re.ASCII)
_SERVICE_ID = re.compile(r"urn:etoegang:DV:([0-9]{20}):services:[0-9]+", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CatalogueService:
    """A service as one provider offers it; `level` is the lowest that gives access (AU-01)."""

    service_uuid: UUID
    service_id: str
    name: Localized
    description: Localized
    level: Level
    chain_allowed: bool
    branch_allowed: bool


@dataclass(frozen=True, slots=True)
class CatalogueProvider:
    """A service provider (dienstverlener) with its services in the order of the file (AU-02)."""

    oin: str
    name: Localized
    services: tuple[CatalogueService, ...]


class CatalogueFault(NamedTuple):
    """One thing wrong with the file; lines count from 1, line 0 is the file as a whole."""

    line: int
    text: str


class CatalogueError(Exception):
    """The file cannot be taken over; `faults` names everything that is wrong, in order of line."""

    def __init__(self, faults: list[CatalogueFault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("; ".join(f"line {fault.line}: {fault.text}" for fault in self.faults))


def read_catalogue(data: bytes) -> tuple[CatalogueProvider, ...]:
    """Read a whole catalogue or raise CatalogueError with all its faults; nothing is taken over in part."""
    root = _parse(data)
    reading = _Reading()
    drafts = [_provider_draft(element, reading) for element in root.iterfind(f"{_ESC}ServiceProvider")]
    if not drafts:
        reading.fault(root, "the catalogue has no service provider")
    providers = tuple(_provider(draft, reading) for draft in drafts)
    if reading.faults:
        raise CatalogueError(reading.faults)
    return providers


@dataclass(frozen=True, slots=True)
class _Definition:
    """What the definition of a service says; the element is kept for its line."""

    element: etree._Element
    service_uuid: UUID
    name: Localized
    description: Localized
    level: Level
    branch_allowed: bool


@dataclass(frozen=True, slots=True)
class _ProviderDraft:
    """A provider whose instances still wait for the definitions of the whole file."""

    element: etree._Element
    oin: str
    name: Localized
    definitions: Mapping[UUID, _Definition]


@dataclass(slots=True)
class _Reading:
    """What is remembered over the whole file: the faults, and what must be there only once."""

    faults: list[CatalogueFault] = field(default_factory=list)
    definitions: dict[UUID, _Definition] = field(default_factory=dict)
    faulty: set[UUID] = field(default_factory=set)
    oins: set[str] = field(default_factory=set)
    service_ids: set[str] = field(default_factory=set)

    def fault(self, element: etree._Element, text: str) -> None:
        self.faults.append(CatalogueFault(_line(element), text))


def _parse(data: bytes) -> etree._Element:
    """Parse without entities, DTD, network or decompression, and check that it is a catalogue."""
    if len(data) > MAX_BYTES:
        raise CatalogueError([CatalogueFault(0, f"the file is larger than {MAX_BYTES} bytes")])
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        log: Any = error.error_log
        entries = [CatalogueFault(entry.line, entry.message) for entry in log]
        raise CatalogueError(entries or [CatalogueFault(error.lineno or 0, error.msg)]) from error
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype:
        raise CatalogueError([CatalogueFault(1, "a document type declaration is not accepted")])
    if root.tag != f"{_ESC}ServiceCatalogue":
        raise CatalogueError([CatalogueFault(_line(root), "this is no ServiceCatalogue of eTD 1.13")])
    return root


def _provider_draft(element: etree._Element, reading: _Reading) -> _ProviderDraft:
    oin = _text(element, f"{_ESC}ServiceProviderID")
    if not _OIN.fullmatch(oin):
        reading.fault(element, f"ServiceProviderID {oin!r} is no OIN")
    elif oin in reading.oins:
        reading.fault(element, f"service provider {oin} stands in the file twice")
    reading.oins.add(oin)
    name = _localized(element, "OrganizationDisplayName", _NAME_LENGTH, reading)
    return _ProviderDraft(element, oin, name, _definitions(element, reading))


def _definitions(provider: etree._Element, reading: _Reading) -> Mapping[UUID, _Definition]:
    own: dict[UUID, _Definition] = {}
    for element in provider.iterfind(f"{_ESC}ServiceDefinition"):
        definition = _definition(element, reading)
        if definition is None:
            continue
        if definition.service_uuid in own:
            reading.fault(element, f"service {definition.service_uuid} is defined twice by this provider")
        own[definition.service_uuid] = definition
        first = reading.definitions.setdefault(definition.service_uuid, definition)
        if first.level is not definition.level:
            levels = f"{definition.level} here and {first.level} on line {_line(first.element)}"
            reading.fault(element, f"service {definition.service_uuid} has level {levels}")
    return own


def _definition(element: etree._Element, reading: _Reading) -> _Definition | None:
    service_uuid = _uuid(element, "ServiceUUID", reading)
    level = LEVELS.get(_text(element, _LEVEL_TAG))
    if level is None:
        reading.fault(element, f"AuthnContextClassRef {_text(element, _LEVEL_TAG)!r} is no level on offer")
    name = _localized(element, "ServiceName", _NAME_LENGTH, reading)
    description = _localized(element, "ServiceDescription", _DESCRIPTION_LENGTH, reading)
    if service_uuid is None:
        return None
    if level is None:
        reading.faulty.add(service_uuid)
        return None
    branch_allowed = BRANCH_RESTRICTION in _texts(element, f"{_ESC}ServiceRestrictionsAllowed")
    return _Definition(element, service_uuid, name, description, level, branch_allowed)


def _provider(draft: _ProviderDraft, reading: _Reading) -> CatalogueProvider:
    services: dict[UUID, CatalogueService] = {}
    for element, service in _services(draft, reading):
        if service.service_uuid in services:
            reading.fault(element, f"service {service.service_uuid} has a second instance at this provider")
        services[service.service_uuid] = service
    return CatalogueProvider(draft.oin, draft.name, tuple(services.values()))


def _services(draft: _ProviderDraft, reading: _Reading) -> Iterator[tuple[etree._Element, CatalogueService]]:
    for element in draft.element.iterfind(f"{_ESC}ServiceInstance"):
        # An intermediated instance (dienstbemiddeling) passes on another provider's service: nothing to authorize.
        if element.find(f"{_ESC}IntermediatedService") is not None:
            continue
        service_id = _service_id(element, draft.oin, reading)
        definition = _defined(element, draft, reading)
        if definition is not None:
            yield (
                element,
                CatalogueService(
                    service_uuid=definition.service_uuid,
                    service_id=service_id,
                    name=definition.name,
                    description=definition.description,
                    level=definition.level,
                    chain_allowed=CHAIN_CLASSIFIER in _texts(element, f"{_ESC}Classifiers/{_ESC}Classifier"),
                    branch_allowed=definition.branch_allowed,
                ),
            )


def _service_id(element: etree._Element, oin: str, reading: _Reading) -> str:
    service_id = _text(element, f"{_ESC}ServiceID")
    match = _SERVICE_ID.fullmatch(service_id)
    if match is None:
        reading.fault(element, f"ServiceID {service_id!r} is not urn:etoegang:DV:<OIN>:services:<number>")
    elif match[1] != oin:
        reading.fault(element, f"ServiceID {service_id} belongs to another provider than {oin}")
    elif service_id in reading.service_ids:
        reading.fault(element, f"ServiceID {service_id} stands in the file twice")
    reading.service_ids.add(service_id)
    return service_id


def _defined(element: etree._Element, draft: _ProviderDraft, reading: _Reading) -> _Definition | None:
    """Find the definition that an instance names: the provider's own one, else another provider's."""
    named = "ServiceUUID" if element.find(f"{_ESC}InstanceOfService") is None else "InstanceOfService"
    service_uuid = _uuid(element, named, reading)
    if service_uuid is None or service_uuid in reading.faulty:
        return None
    definition = draft.definitions.get(service_uuid) or reading.definitions.get(service_uuid)
    if definition is None:
        reading.fault(element, f"{named} {service_uuid} has no ServiceDefinition")
    return definition


def _localized(element: etree._Element, tag: str, longest: int, reading: _Reading) -> Localized:
    """Read a text in Dutch and English; Dutch must be there and stands in for English where that is missing."""
    texts: dict[str, str] = {}
    for child in element.iterfind(f"{_ESC}{tag}"):
        language, text = child.get(_LANG, ""), (child.text or "").strip()
        if language in texts:
            reading.fault(child, f"{tag} stands twice in language {language!r}")
        if not 0 < len(text) <= longest:
            reading.fault(child, f"{tag} must have 1 to {longest} characters, not {len(text)}")
        texts[language] = text
    if "nl" not in texts:
        reading.fault(element, f"{tag} in Dutch is missing")
    dutch = texts.get("nl") or "?"
    return Localized(nl=dutch, en=texts.get("en") or dutch)


def _uuid(element: etree._Element, tag: str, reading: _Reading) -> UUID | None:
    text = _text(element, f"{_ESC}{tag}")
    if _UUID.fullmatch(text):
        return UUID(text)
    reading.fault(element, f"{tag} {text!r} is no UUID")
    return None


def _line(element: etree._Element) -> int:
    line: Any = element.sourceline
    return int(line or 0)


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _texts(element: etree._Element, path: str) -> set[str]:
    return {(child.text or "").strip() for child in element.iterfind(path)}
