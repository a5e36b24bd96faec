"""The state of a source in words, from the cache, whichever session asked the source."""

from datetime import timedelta
from typing import Any

import pytest

from reader.cache.source_states import SourceState
from reader.live.health import Health, health
from reader.subscriptions import Status, Subscription
from tests.builders import NOW

URL = "https://news.example/feed"
EARLIER = NOW - timedelta(hours=3)
AN_HOUR = timedelta(hours=1)


def found(name: str = "FT", **values: Any) -> Health:
    return health(Subscription(name, URL), SourceState(url=URL, **values), NOW)


def failed(status: str, failures: int = 1, **values: Any) -> Health:
    at = int(EARLIER.timestamp())
    made: dict[str, Any] = {"last_failed": at, "last_status": status, "last_error": "it failed"}
    return found(failures=failures, **made, **values)


def test_a_source_that_answered_is_well() -> None:
    its = found(last_ok=int(EARLIER.timestamp()), last_status="unchanged")
    assert its == Health("well", Status.UNCHANGED, EARLIER)


def test_a_source_that_was_never_asked_says_so() -> None:
    assert health(Subscription("FT", URL), None, NOW) == Health("not asked yet")


@pytest.mark.parametrize(("failures", "how"), [(1, "failing"), (2, "failed 2 times")])
def test_a_failing_source_says_since_when_and_what_to_do(failures: int, how: str) -> None:
    its = failed("forbidden", failures, last_ok=int((EARLIER - AN_HOUR).timestamp()))
    assert (its.how, its.status, its.error) == (how, Status.FORBIDDEN, "it failed")
    assert (its.last_ok, its.last_failed) == (EARLIER - AN_HOUR, EARLIER)
    assert its.advice == Subscription("FT", URL).advice(Status.FORBIDDEN)
    assert its.rests_until is None


def test_a_paused_source_says_how_long_and_how_to_ask_it_earlier() -> None:
    its = failed("server-error", 3, next_try=int((NOW + AN_HOUR).timestamp()))
    assert (its.how, its.rests_until) == ("resting", NOW + AN_HOUR)
    until = f"{(NOW + AN_HOUR).astimezone():%Y-%m-%d %H:%M}"
    rests = f"it rests until {until}; `cryptoread sync FT` asks it earlier"
    assert its.advice == f"the site has a problem; it is tried again at the next sync; {rests}"
    assert failed("gone", 3, next_try=int((NOW - AN_HOUR).timestamp())).how == "failed 3 times"


def test_a_name_in_advice_is_quoted_for_the_shell() -> None:
    url = SourceState(url=URL, last_error="x", next_try=int((NOW + AN_HOUR).timestamp()))
    its = health(Subscription("The Block; rm", URL), url, NOW)
    assert "`cryptoread sync 'The Block; rm'`" in its.advice


@pytest.mark.parametrize("status", ["", "of-another-version"])
def test_a_failure_of_an_unknown_status_is_still_a_failure(status: str) -> None:
    its = failed(status)
    assert (its.how, its.status, its.error, its.advice) == ("failing", None, "it failed", "")
