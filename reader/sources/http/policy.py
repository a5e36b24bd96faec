"""Decide where a fetch may go: inside this machine or its network only if the user named the host.

`reader.web.inside` knows which hosts are inside; this module compares them with the address
that the user named, through all redirects of one fetch.
"""

from collections.abc import Iterable
from ipaddress import ip_address

from reader.i18n import _
from reader.sources.http.answers import FetchFailed
from reader.subscriptions import Status
from reader.web.inside import Address, is_inside, is_never_meant, is_public, is_same_host

MAX_SHOWN = 80
"""Maximum characters of a host in a sentence."""


class Wish:
    """The host of the address that the user named, and which hosts may be asked for it.

    All public hosts are allowed, and its own host at any port, even inside: a public name may lead
    inside, as names of a home network do, but not after it led outside in the same fetch. If it was
    inside by its text, also other spellings of its own address. Empty: the user named no host.
    """

    def __init__(self, host: str) -> None:
        self.is_inside = bool(host) and is_inside(host)
        self._host = host
        self._own: frozenset[Address] = frozenset()
        self._was_public = False

    def check(self, host: str, found: Iterable[str] | None, *, redirected: bool) -> None:
        """Raise FetchFailed if the host may not be asked.

        found: the addresses that it resolves to; None if they are not known.
        """
        addresses = None if found is None else frozenset(map(ip_address, found))
        if self._host and is_same_host(host, self._host):
            is_allowed = self._allows_own(addresses or frozenset())
        elif addresses and addresses <= self._own:
            is_allowed = True
        else:
            is_allowed = not is_inside(host) and all(map(is_public, addresses or ()))
        if not is_allowed:
            if redirected:
                reason = _("it redirects to {host}, which is on this machine or its network")
            else:
                reason = _("it leads to {host}, which is on this machine or its network")
            shown = _shown(host, addresses or ())
            raise FetchFailed(Status.INSIDE, reason.format(host=shown))

    def _allows_own(self, addresses: frozenset[Address]) -> bool:
        if self.is_inside:
            self._own |= addresses
            return True
        are_public = all(map(is_public, addresses))
        is_meant = not self._was_public and not any(map(is_never_meant, addresses))
        self._was_public = self._was_public or (bool(addresses) and are_public)
        return are_public or is_meant


def _shown(host: str, addresses: Iterable[Address]) -> str:
    """Return the host and where it leads."""
    inside = next((str(each) for each in addresses if not is_public(each)), "")
    name = host[:MAX_SHOWN]
    return f"{name} ({inside})" if inside and inside != host else name
