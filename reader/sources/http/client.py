"""The HTTP client: headers, certificates, proxies, and how names are looked up."""

import ssl
from contextlib import suppress
from http.cookiejar import CookieJar
from importlib import import_module
from typing import Any

import httpx

from reader import __version__
from reader.errors import SourceError
from reader.i18n import _
from reader.sources.http.answers import location
from reader.sources.http.network import Backend, Names

ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, "  # not shown
    "application/json;q=0.9, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)

LOCATION = "location"
"""Key of a response's extensions: the decoded address of a redirect."""

_LOADED_BY_A_REQUEST = ("anyio.streams.tls", "anyio._core._sockets", "anyio._backends._asyncio")


def prepare() -> None:
    """Import what the first request would import. Safe in any thread."""
    for name in _LOADED_BY_A_REQUEST:
        with suppress(ImportError):
            import_module(name)


def new_client(seconds: float, looked_up: Names) -> httpx.AsyncClient:
    """Return a client that stores no cookies and looks up names by `looked_up`.

    seconds: timeout of each step. Raises SourceError if the environment names an unusable proxy.
    """
    headers = {
        "User-Agent": f"cryptoread/{__version__}",
        "Accept": ACCEPT,
        "Accept-Encoding": "gzip, deflate",  # not shown: a header
    }
    timeout = httpx.Timeout(seconds)
    try:
        made = httpx.AsyncClient(
            verify=_trusted(),
            timeout=timeout,
            headers=headers,
            cookies=_NoCookies(),
            event_hooks={"response": [_move_location]},
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise SourceError(
            _(
                "the proxy of the environment cannot be used; "
                "check HTTP_PROXY, HTTPS_PROXY and ALL_PROXY"
            )
        ) from error
    # httpx has no public way to set the network backend. Without it, heads are read strictly.
    pool = getattr(getattr(made, "_transport", None), "_pool", None)
    if pool is not None and hasattr(pool, "_network_backend"):
        pool._network_backend = Backend(looked_up)
    return made


def _trusted() -> ssl.SSLContext:
    """Return the system's certificates; those of certifi if it has none."""
    context = ssl.create_default_context()
    if not context.cert_store_stats()["x509_ca"]:
        import certifi

        context.load_verify_locations(certifi.where())
    return context


class _NoCookies(CookieJar):
    """Store no cookies: all fetches share the client, and each has cookies of its own."""

    def extract_cookies(self, response: Any, request: Any) -> None:
        """Store nothing."""


async def _move_location(response: httpx.Response) -> None:
    """Move the header to the extensions: httpx parses it even if redirects are not followed."""
    raw = next((value for name, value in response.headers.raw if name.lower() == b"location"), b"")
    response.headers.pop("location", None)
    response.extensions[LOCATION] = location(raw)
