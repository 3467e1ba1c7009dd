"""Who is speaking: the address of the caller, by trusted proxies only (S35)."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
UNKNOWN = "unknown"
_PREFIX = 64
_NEIGHBOURS = 24


def caller_address(scope: Any, trusted: Iterable[Network]) -> str:
    """Return the address that a request comes from.

    X-Forwarded-For counts only when a trusted proxy brings it, and is read from its end: the last hop that is no
    trusted proxy is the caller, whatever stands before it.
    """
    networks = tuple(trusted)
    peer = _read((scope.get("client") or (UNKNOWN,))[0])
    hops = [hop for hop in _forwarded(scope) if hop] if peer is not None and _within(peer, networks) else []
    for hop in reversed(hops):
        found = _read(hop)
        if found is None:
            break
        peer = found
        if not _within(found, networks):
            break
    return _name(peer)


def network_of(address: str) -> str:
    """Return the network of an address as `caller_address` names it: of IPv4 the neighbours that are often one's own.

    Codes by SMS are counted per network, because who has one address has the next.
    """
    found = _read(address)
    return str(IPv4Network((found, _NEIGHBOURS), strict=False)) if isinstance(found, IPv4Address) else address


def speaks_directly(scope: Any, networks: Iterable[Network]) -> bool:
    """Tell whether a request comes from one of the networks with no proxy between."""
    peer = _read((scope.get("client") or (UNKNOWN,))[0])
    return peer is not None and not _forwarded(scope) and _within(peer, tuple(networks))


def _forwarded(scope: Any) -> list[str]:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return [hop.strip() for value in values for hop in value.split(",")]


@lru_cache(4096)
def _read(text: str) -> Address | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def _within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)


def _name(address: Address | None) -> str:
    """Name an address; of IPv6 the half that one household has."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, _PREFIX), strict=False).network_address)
    return str(address or UNKNOWN)
