"""The addresses of the pages of CoinDesk's Data API."""

from urllib.parse import parse_qsl, urlencode, urlsplit

MOST_A_PAGE = 100
"""Articles per request: the API refuses a larger limit."""


def page_url(url: str, end: int | None) -> str:
    """Return the address of a page, with the parameters that the user did not write."""
    parts = urlsplit(url)
    written = dict(parse_qsl(parts.query, keep_blank_values=True))
    asked = {"lang": "EN", "limit": str(MOST_A_PAGE)} | written
    if not asked["limit"].isdecimal() or int(asked["limit"]) > MOST_A_PAGE:
        asked["limit"] = str(MOST_A_PAGE)
    if end is not None:
        asked["to_ts"] = str(end)
    return parts._replace(query=urlencode(asked)).geturl()
