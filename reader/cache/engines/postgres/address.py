"""Addresses of shared archives: `postgresql://[user@]host[:port][/database][?parameters]`."""

from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from reader.errors import CacheError
from reader.i18n import _, quoted

SCHEMES = ("postgresql", "postgres")

_SECRET = ("password", "passfile", "sslpassword", "oauth_client_secret")
_ALLOWED = frozenset(
    ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "host", "port", "channel_binding",
     "gssencmode", "krbsrvname", "target_session_attrs", "load_balance_hosts")
)  # fmt: skip


class WrongAddress(CacheError):
    """The address of a shared archive cannot be used."""


class Address(NamedTuple):
    """A database and how to reach it. `parameters`: for libpq, without a password.

    `text`: as it was given. `name`: for messages, without user and parameters.
    """

    text: str
    name: str
    parameters: dict[str, str]


def parse(text: str) -> Address:
    """Return the address that a text names. Raises WrongAddress."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        said = _("the address of the archive cannot be read: {reason}")
        raise WrongAddress(said.format(reason=error)) from None
    if parts.scheme not in SCHEMES:
        raise WrongAddress(_("the address of a shared archive begins with postgresql://"))
    given = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.password is not None or any(name in given for name in _SECRET):
        raise WrongAddress(
            _(
                "the address of the archive has a password, which other programs could read; "
                "leave it out, and keep it in ~/.pgpass, in PGPASSWORD, or in the system's keyring"
            )
        )
    if unknown := sorted(given.keys() - _ALLOWED):
        said = _("unknown parameter {name} in the address of the archive")
        raise WrongAddress(said.format(name=quoted(unknown[0])))
    host, user = unquote(parts.hostname or ""), unquote(parts.username or "")
    database = unquote(parts.path.lstrip("/"))
    parameters = given | {
        name: value
        for name, value in (
            ("host", host),
            ("port", str(port) if port else ""),
            ("user", user),
            ("dbname", database),
        )
        if value
    }
    if not is_near(parameters.get("host", "")):
        parameters.setdefault("sslmode", "verify-full")
    place = parts.netloc.rpartition("@")[2]
    return Address(text, f"postgresql://{place}/{database}", parameters)


def is_near(host: str) -> bool:
    """Return whether a host is this machine: a socket, `localhost` or a loopback address."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
