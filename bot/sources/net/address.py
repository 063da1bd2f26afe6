"""Which network addresses we may connect to: decided on the address itself, by a list of what is public.

`ipaddress.is_global` is not enough: Python 3.11.7 calls 64:ff9b::7f00:1 (NAT64 of 127.0.0.1), 2002:7f00:1:: (6to4 of
the same), 224.0.0.1 and 192.0.0.192 global (measured). So IPv6 is judged by an allow list, and IPv4 by the whole of
IANA's special-purpose registry (https://www.iana.org/assignments/iana-ipv4-special-registry).
"""

from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network


class Zone(StrEnum):
    """PUBLIC is the internet, PRIVATE a company's own network or this host, FORBIDDEN all the rest.

    Link-local is FORBIDDEN even to operators who allow private addresses: clouds hand out keys at 169.254.169.254.
    """

    PUBLIC = "public"
    PRIVATE = "private"
    FORBIDDEN = "forbidden"


_PRIVATE_V4 = tuple(
    ip_network(net) for net in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
_FORBIDDEN_V4 = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8",  # "this host": Linux connects 0.0.0.0 to the loopback
        "169.254.0.0/16",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_PRIVATE_V6 = (IPv6Network("::1/128"), IPv6Network("fc00::/7"))
_GLOBAL_V6 = IPv6Network("2000::/3")
"""All of IPv6's internet so far. IPv4-mapped, NAT64, link-local, multicast and unspecified addresses are outside it."""
_FORBIDDEN_V6 = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4 carries any IPv4 address inside
        "3fff::/20",
    )
)


def zone(address: str) -> Zone:
    """Where an IP address, written as the resolver gives it, belongs. What is not an address is FORBIDDEN."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return Zone.FORBIDDEN
    return _zone_v4(parsed) if isinstance(parsed, IPv4Address) else _zone_v6(parsed)


def _zone_v4(address: IPv4Address) -> Zone:
    if any(address in net for net in _FORBIDDEN_V4):
        return Zone.FORBIDDEN
    return Zone.PRIVATE if any(address in net for net in _PRIVATE_V4) else Zone.PUBLIC


def _zone_v6(address: IPv6Address) -> Zone:
    if any(address in net for net in _PRIVATE_V6):
        return Zone.PRIVATE
    if address.scope_id or address not in _GLOBAL_V6 or any(address in net for net in _FORBIDDEN_V6):
        return Zone.FORBIDDEN
    return Zone.PUBLIC
