"""Failures of a request: from a status or an error of httpx to what the user is told."""

import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from reader.i18n import _
from reader.sources.http.answers import FetchFailed
from reader.subscriptions import Status

REDIRECTS = (300, 301, 302, 303, 307, 308)
_STATUSES = {
    401: Status.UNAUTHORIZED,
    403: Status.FORBIDDEN,
    404: Status.NOT_FOUND,
    407: Status.UNAUTHORIZED,
    408: Status.TOO_SLOW,
    410: Status.GONE,
    429: Status.RATE_LIMITED,
    451: Status.FORBIDDEN,
}


def refused(code: int, retry_after: str) -> FetchFailed:
    """Return the failure for a status that is neither an answer nor a redirect to somewhere."""
    if code in REDIRECTS:
        return FetchFailed(Status.REJECTED, _("it redirects without saying where"), code=code)
    status = _STATUSES.get(code, Status.SERVER_ERROR if code >= 500 else Status.REJECTED)
    return FetchFailed(
        status, _("the server answered {code}").format(code=code), _seconds(retry_after), code
    )


def _seconds(retry_after: str) -> float | None:
    """Return the seconds that a Retry-After asks for; None if it is neither number nor date."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        at = parsedate_to_datetime(text)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return (at - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None


def not_found(error: OSError | UnicodeError) -> FetchFailed:
    """Return the failure for a name without an address, or one that cannot be a name."""
    if isinstance(error, UnicodeError):
        return failure(error)
    return FetchFailed(Status.UNREACHABLE, _("its server cannot be reached"))


def failure(error: BaseException, meanwhile: Status = Status.UNREACHABLE) -> FetchFailed:
    """Return the failure for an error of httpx, whose own text may contain secrets."""
    if isinstance(error, httpx.TimeoutException):
        return FetchFailed(Status.TOO_SLOW, _("it did not answer in time"))
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = _("its certificate is not valid ({reason})").format(
                reason=cause.verify_message
            )
            return FetchFailed(Status.CERTIFICATE, reason)
        cause = cause.__cause__ or cause.__context__
    if meanwhile is Status.TRUNCATED:
        return FetchFailed(Status.TRUNCATED, _("the answer broke off"))
    if isinstance(error, httpx.ConnectError):
        return FetchFailed(Status.UNREACHABLE, _("its server cannot be reached"))
    if isinstance(error, httpx.LocalProtocolError | httpx.InvalidURL | ValueError | TypeError):
        return FetchFailed(Status.REJECTED, _("its address or one of its headers cannot be sent"))
    return FetchFailed(Status.UNREACHABLE, _("its server sent an invalid HTTP response"))
