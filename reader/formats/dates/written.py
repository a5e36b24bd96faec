"""Dates in words and digits, in a dozen languages: formats that `reading` does not read itself."""

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from unicodedata import normalize

from reader.formats.dates.words import folded, is_weekday, month_of, noise, zone_of_place, zones

_WORD = re.compile(r"[^\W\d_]+")
_COMMENT = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_MONOTONIC = re.compile(r"\sm=[-+][0-9.]+$")
_CJK = re.compile(r"([0-9]{4}) ?[年년] ?([0-9]{1,2}) ?[月월] ?([0-9]{1,2}) ?[日일]")
_OFFSET_FROM_UTC = re.compile(
    r"(?<![^\W\d_])(?:UTC|GMT|UT|Z) ?([-+]) ?([0-9]{1,2})(?::?([0-9]{2}))?(?![0-9:])",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"\s*([-+]) ?([0-9]{1,2})(?::?([0-9]{2}))?(?::[0-9]{2})?(?![0-9:])")
_OFFSET_AT_END = re.compile(r"([-+])([0-9]{2}):?([0-9]{2})$")
_BEFORE_OFFSET = re.compile(r"[0-9]:[0-9]{2}[^+-]*[-+]")
_YEAR_FIRST = re.compile(r"(?<![0-9])([0-9]{4})([-/.]) ?([0-9]{1,2})\2 ?([0-9]{1,2})\.?(?![0-9])")
_YEAR_LAST = re.compile(
    r"(?<![0-9])([0-9]{1,2})([-/.]) ?([0-9]{1,2})\2 ?([0-9]{4}|[0-9]{2})(?![0-9])"
)
_DAY_OF_YEAR = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})-?([0-9]{3})(?![0-9])")
_YEAR_AND_MONTH = re.compile(r"((?:19|20)[0-9]{2})[-/]([0-9]{1,2})")
_TIME = re.compile(
    r"(?<![0-9])[Tt]?([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:[.,:]([0-9]+))?)?(?![0-9])"
)
_OTHER_TIME = re.compile(
    r"(?<![0-9.])(?:"
    r"([0-9]{1,2}) ?h(?: ?([0-9]{2})(?: ?(?:m|min|m ?([0-9]{2}) ?s))?)?(?![^\W_])"
    r"|([0-9]{1,2})(?:\.([0-9]{2}))? ?uhr\b"
    r"|([0-9]{1,2})(?= ?[ap]\.? ?m\b)"
    r")",
    re.IGNORECASE,
)
_TIME_WITH_DOTS = re.compile(r"(?<![0-9])([0-9]{1,2})\.([0-9]{2})(?:\.([0-9]{2}))?(?![0-9])")
_HALF_OF_DAY = re.compile(
    r"(?<![^\W\d_])([ap])\.? ?m\b\.?|(上午|午前|오전)|(下午|午後|오후)", re.IGNORECASE
)
_ORDINAL = re.compile(
    r"(?<=[0-9])(?:st|nd|rd|th|er|re|e|o|a|º|ª|°|-?(?:го|е|й|ше|те))(?![^\W_])", re.IGNORECASE
)
# `03-Dec-2025`: a sign between a number and a name joins them.
_JOINED = re.compile(r"(?<=[0-9])[-/.](?=[^\W\d_])|(?<=[^\W\d_])[-/.](?=[0-9])")
_FIRST_WORD = re.compile(r"\s*[^\W\d_]{2,15}(?:-[^\W\d_]{2,10})?\.?,")
_TOKEN = re.compile(r"([^\W\d_]+)|([0-9]+)|[\s,.;'/@|:-]+|(.)", re.DOTALL)
_DASHES = str.maketrans("−–—‑’ʼ`", "----'''")
# Marks of direction, quotes, and the apostrophe of `п'ятниця`.
_MARKS = re.compile(r"[\u061c\u200e\u200f\u2066-\u2069\ufeff\"“”«»]|(?<=[^\W\d_])'(?=[^\W\d_])")

_PLACES = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
}
_LONG_ZONES = re.compile(
    r"(?<!\w)(?:(eastern|central|mountain|pacific) (standard|daylight) time"
    r"|(central|eastern|western) european (standard |summer )?time"
    r"|(greenwich mean|coordinated universal) time)(?!\w)",
    re.IGNORECASE,
)
_IANA = re.compile(r"(?<!\w)(?:Africa|America|Asia|Atlantic|Australia|Europe|Pacific)/[A-Za-z_/-]+")


def written_date(text: str, day_first: bool) -> datetime:
    """Return the instant, aware and UTC. Raises ValueError or OverflowError for other text.

    text: bounded in length by the caller.
    """
    return _Reading(text, day_first).instant()


class _Reading:
    """One date being read: each piece that is understood is removed from the text."""

    def __init__(self, text: str, day_first: bool) -> None:
        self._day_first = day_first
        self._time = (0, 0, 0, 0)
        self._zone: tzinfo | None = None
        self._has_time = False
        self._is_afternoon: bool | None = None
        self._date: tuple[int, int, int] | None = None
        text = _MARKS.sub("", normalize("NFKC", text).translate(_DASHES))
        self._text = self._without_comments(_MONOTONIC.sub("", text)).strip()

    def instant(self) -> datetime:
        """Return the instant. Raises ValueError, OverflowError."""
        self._take_zone()
        self._take_numeric_date()
        self._take_half_of_day()
        self._take_time()
        year, month, day = self._date_of_words()
        hour, minute, second, fraction = self._time
        if self._is_afternoon is not None and hour <= 12:
            hour = hour % 12 + 12 * self._is_afternoon
        if hour > 24 or minute > 59 or second > 60 or (hour == 24 and minute + second > 0):
            raise ValueError("no such time")  # not shown
        start = datetime(year, month, day, tzinfo=self._zone or UTC)
        passed = timedelta(hours=hour, minutes=minute, seconds=second, microseconds=fraction)
        return (start + passed).astimezone(UTC)

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return the first match, and remove it from the text."""
        if match := pattern.search(self._text):
            self._text = f"{self._text[: match.start()]} {self._text[match.end() :]}"
        return match

    def _without_comments(self, text: str) -> str:
        for _ in range(3):
            for comment in _COMMENT.finditer(text):
                self._name_zone((comment[1] or comment[2] or "").strip())
            text = _COMMENT.sub(" ", text)
        return text.partition("(")[0]

    def _name_zone(self, name: str) -> bool:
        """Return whether it is the name of a zone. The first zone counts."""
        zone = zones().get(name.casefold())
        if zone is None and name.casefold() in _PLACES:
            zone = zone_of_place(_PLACES[name.casefold()])
        if zone is None and _IANA.fullmatch(name):
            zone = zone_of_place(name)
        self._zone = self._zone or zone
        return zone is not None

    def _take_zone(self) -> None:
        if match := self._take(_OFFSET_FROM_UTC):
            self._zone = _offset(match)
        if match := self._take(_LONG_ZONES):
            words = match[0].lower().replace("european standard", "european").split()  # not shown
            initials = "".join(word[0] for word in words)
            self._name_zone("utc" if initials == "cut" else initials)
        if match := self._take(_IANA):
            self._name_zone(match[0])

    def _take_numeric_date(self) -> None:
        self._text = _CJK.sub(r"\1-\2-\3 ", self._text)
        if match := self._take(_YEAR_FIRST):
            self._date = (int(match[1]), int(match[3]), int(match[4]))
            return
        if match := self._take(_YEAR_LAST):
            first, second = int(match[1]), int(match[3])
            day_first = first > 12 or (second <= 12 and (self._day_first or match[2] == "."))
            day, month = (first, second) if day_first else (second, first)
            self._date = (_full_year(match[4]), month, day)
            return
        if match := _YEAR_AND_MONTH.fullmatch(self._text):
            self._text = ""
            self._date = (int(match[1]), int(match[2]), 1)
        elif match := _DAY_OF_YEAR.match(self._text):
            found = date(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1)
            if found.year != int(match[1]):
                raise ValueError("no such day")  # not shown
            self._text = self._text[match.end() :]
            self._date = (found.year, found.month, found.day)

    def _take_half_of_day(self) -> None:
        if not (match := _HALF_OF_DAY.search(self._text)):
            return
        self._is_afternoon = bool(match[3]) or (match[1] or "").lower() == "p"
        before, after = self._text[: match.start()], self._text[match.end() :]
        if ":" not in before + after and (hour := re.search(r"(?<![0-9])([0-9]{1,2}) ?$", before)):
            self._set_time(hour[1])
            before = before[: hour.start()]
        self._text = f"{before} {after}"

    def _take_time(self) -> None:
        self._text = _JOINED.sub(" ", self._text)
        if not self._has_time and not _BEFORE_OFFSET.search(self._text):
            self._text = self._without_offset(self._text, _OFFSET_AT_END)
        patterns = [_TIME, _OTHER_TIME, *([_TIME_WITH_DOTS] if self._date else [])]
        for pattern in [] if self._has_time else patterns:
            match = pattern.search(self._text)
            if not match:
                continue
            if pattern is _OTHER_TIME:
                self._set_time(match[1] or match[4] or match[6], match[2] or match[5], match[3])
            else:
                self._set_time(*match.groups())
            before, after = self._text[: match.start()], self._text[match.end() :]
            self._text = f"{before} {self._without_offset(after, _OFFSET)}"
            break

    def _set_time(
        self, hour: str, minute: str | None = None, second: str | None = None, fraction: str = ""
    ) -> None:
        digits = (fraction or "")[:6].ljust(6, "0")
        self._time = (int(hour), int(minute or 0), int(second or 0), int(digits))
        self._has_time = True

    def _without_offset(self, text: str, pattern: re.Pattern[str]) -> str:
        match = pattern.match(text) if pattern is _OFFSET else pattern.search(text)
        if not match:
            return text
        self._zone = _offset(match)  # a number is more exact than a name
        rest = text[match.end() :] if pattern is _OFFSET else text[: match.start()]
        # Go repeats the offset for a zone without a name: `+0300 +03`.
        return re.sub(r"^\s*[-+][0-9]{2,4}(?![0-9])", " ", rest)

    def _date_of_words(self) -> tuple[int, int, int]:
        """Return year, month, day. Raises ValueError if anything else is left in the text."""
        if _FIRST_WORD.match(self._text):  # a weekday in any language
            first, _, rest = self._text.partition(",")
            self._text = rest if self._has_date_in(rest) else f"{first} {rest}"
        text = _ORDINAL.sub("", self._text)
        numbers: list[str] = []
        words: list[str] = []
        for token in _TOKEN.finditer(text):
            if token[3]:
                raise ValueError("a sign that is not part of a date")  # not shown
            if token[1]:
                words.append(token[1])
            elif token[2]:
                numbers.append(token[2])
        month = self._month(words)
        if self._date is not None:
            if month or numbers:
                raise ValueError("more than a date")  # not shown
            return self._date
        if month:
            return _year_and_day(numbers, month)
        return self._date_of_number(numbers)

    def _has_date_in(self, text: str) -> bool:
        return self._date is not None or any(month_of(word) for word in re.findall(_WORD, text))

    def _date_of_number(self, numbers: list[str]) -> tuple[int, int, int]:
        if len(numbers) != 1:
            raise ValueError("no date")  # not shown
        digits = numbers[0]
        if len(digits) == 8:
            return int(digits[:4]), int(digits[4:6]), int(digits[6:])
        if re.fullmatch("(?:19|20)[0-9]{2}", digits) and not self._has_time:
            return int(digits), 1, 1
        raise ValueError("no date")  # not shown

    def _month(self, words: list[str]) -> int:
        """Return the month that one of the words names, 0 if none does."""
        months = [word for word in words if month_of(word)]
        if len(months) == 2:  # `mar, 3 mar 2025`: a Tuesday in March
            months.remove(next(filter(is_weekday, months), ""))
        if len(months) > 1:
            raise ValueError("two months")  # not shown
        if self._date is not None and months and is_weekday(months[0]):
            months = []
        for word in words:
            if word not in months and not self._is_known(word):
                raise ValueError("a word that is not part of a date")  # not shown
        return month_of(months[0]) if months else 0

    def _is_known(self, word: str) -> bool:
        if (self._has_time or word == "Z") and self._name_zone(word):
            return True
        if month_of(word) or is_weekday(word) or folded(word) in noise():
            return True
        # RFC 5322: an unknown zone is UTC.
        return self._has_time and word.isascii() and word.isupper() and 3 <= len(word) <= 5


def _offset(match: re.Match[str]) -> timezone:
    hours, minutes = int(match[2]), int(match[3] or 0)
    passed = timedelta(hours=hours, minutes=minutes)
    if passed > timedelta(hours=15) or minutes > 59:
        raise ValueError("no such offset")  # not shown
    return timezone(-passed if match[1] == "-" else passed)


def _full_year(digits: str) -> int:
    """Return the year of two digits (RFC 5322) or of three (a fault of the year 2000)."""
    year = int(digits)
    if len(digits) == 2:
        return year + (2000 if year < 69 else 1900)
    return year + 1900 if len(digits) == 3 and digits[0] != "0" else year


def _year_and_day(numbers: list[str], month: int) -> tuple[int, int, int]:
    if len(numbers) == 1 and len(numbers[0]) == 4:
        return int(numbers[0]), month, 1
    if len(numbers) != 2:
        raise ValueError("no date")  # not shown
    day, year = numbers
    if len(day) > 2 or int(day) > 31:
        year, day = day, year
    if len(day) > 2 or len(year) > 4 or len(year) == 1:
        raise ValueError("no date")  # not shown
    return _full_year(year), month, int(day)
