"""Tell hosts and addresses on this machine or its network from those on the public web.

Pure, on the standard library alone. A name is judged by its text; `sources.http` looks it up and
judges its addresses. A source on the web must not send the program to a place that only this
machine can reach.
"""

import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import unquote, urlsplit

Address = IPv4Address | IPv6Address

_NAMES = re.compile(
    r"localhost|(?:.*\.)?(?:localhost|localdomain|local|lan|home|internal|intranet|private|corp"
    r"|home\.arpa)|[^.]*"
)
"""Top-level names that no public server has; a name without a dot is local."""

_NUMBERS = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}")
_SHARED = (IPv4Network("100.64.0.0/10"), IPv4Network("192.0.0.0/24"))
"""Networks of carriers and protocols; some clouds run internal services there."""

_TESTS = IPv4Network("198.18.0.0/15")
"""Addresses that proxies on this machine give to names: refused only if written as numbers."""

_AZURE = IPv4Address("168.63.129.16")
"""The host of a virtual machine at Azure, which is public by its number alone."""

_PUBLIC = IPv6Network("2000::/3")
_DOCUMENTATION = (IPv6Network("2001:db8::/32"), IPv6Network("3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")


def plain_host(host: str) -> str:
    """Return a host in lower case, without brackets and without a final dot."""
    return unquote(host).strip("[]").lower().rstrip(".")


def host_of(url: str) -> str:
    """Return the host of an address as `plain_host`, empty if it has none."""
    try:
        return plain_host(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def is_inside(host: str) -> bool:
    """Return whether a host, by its text, is on this machine or its network."""
    host = plain_host(host)
    address = address_of(host)
    if address is not None:
        return not is_public(address) or address in _TESTS
    return ":" in host or _NAMES.fullmatch(host) is not None


def address_of(host: str) -> Address | None:
    """Return the address that a host is, in any form that a resolver accepts; None for a name."""
    host = plain_host(host)
    try:
        return ip_address(host)
    except ValueError:
        pass
    if not _NUMBERS.fullmatch(host):
        return None
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def is_public(address: Address) -> bool:
    """Return whether an address is on the public internet. Embedded ones count, as in NAT64."""
    if isinstance(address, IPv4Address):
        if address in _TESTS:
            return True
        is_special = address.is_multicast or address == _AZURE
        is_shared = any(address in network for network in _SHARED)
        return address.is_global and not is_special and not is_shared
    carried = _carried(address)
    if carried is not None:
        return is_public(carried)
    if address not in _PUBLIC or address.teredo:
        return False
    return not any(address in network for network in _DOCUMENTATION)


def is_never_meant(address: Address) -> bool:
    """Return whether an address can never have news, even under a public name."""
    if isinstance(address, IPv6Address):
        carried = _carried(address)
        if carried is not None:
            return is_never_meant(carried)
    return (
        address.is_link_local
        or address.is_multicast
        or address.is_unspecified
        or (isinstance(address, IPv4Address) and address.is_reserved)
        or address == _AZURE
    )


def is_same_host(one: str, other: str) -> bool:
    """Return whether both name one host; all names of this machine are one."""
    one, other = plain_host(one), plain_host(other)
    return one == other or (_is_this_machine(one) and _is_this_machine(other))


def _is_this_machine(host: str) -> bool:
    address = address_of(host)
    if address is None:
        return host == "localhost" or host.endswith(".localhost")
    if isinstance(address, IPv6Address):
        address = _carried(address) or address
    return address in (IPv4Address("127.0.0.1"), IPv6Address("::1"))


def _carried(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that is embedded in an IPv6 address."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
