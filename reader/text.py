"""Clean untrusted text: decode bytes, and make text safe to show and to store.

Other modules read its meaning (fields, queries, Markdown). Imports almost
nothing; ftfy is loaded by the first text that shows signs of mojibake.
"""

import re
from unicodedata import category, combining, normalize

from reader.i18n import english

# The first look at a text: English, Ukrainian and the like consist of nothing else. Matching
# harmless characters to the end is three times as fast as searching for others. Excluded:
# whatever may be a control, a combining mark, the beginning of mojibake, or not NFC.
_PLAIN = re.compile(
    r"[\t\n -~\xa0-\xc1\xf1-\u02ff\u0370-\u0373\u0375-\u037d\u037f-\u0386\u0388-\u0482"
    r"\u048a-\u0590\u1e00-\u1eff\u2002-\u2027\u202f-\u205f\u2070-\u20cf\u2100-\u2125"
    r"\u2127-\u2129\u212c-\u2328\u232b-\u2adb\u2add-\u2bff\u3400-\u9fff\uac00-\ud7a3]*+"
)
_CONTROLS = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0, DEL and C1, but newline and tab
    r"\u2028-\u202e"  # line and paragraph separators, bidi embeddings and overrides
    r"\u2066-\u206f"  # bidi isolates, deprecated format controls
    r"\ud800-\udfff\ufeff\ufff9-\ufffb"  # surrogates, byte order mark, annotations
    r"\ufdd0-\ufdef\ufffe\uffff"  # non-characters
)
_HIGH_CONTROLS = r"\U000e0000-\U000e007f" + "".join(
    f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
)
_HIGH = r"\U00010000-\U0010ffff"
# Every block with a combining mark, and some letters in the same blocks.
_MARKS = (
    r"\u0300-\u036f\u0483-\u0487\u0591-\u1dff\u20d0-\u20ff\u2cef-\u2dff\u302a-\u309a"
    r"\ua66f-\uabed\ufb1e\ufe20-\ufe2f"
)
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp", "Zs"))
_MAX_MARKS = 30
"""Combining marks on one letter; the same limit as Unicode's stream-safe format."""

# UTF-8 read as cp1252 or latin-1: a lead byte looks like a letter from Â to ð, and each byte
# after it like one of these. No language has them after those letters, except closing signs,
# which are required in pairs.
TRAIL = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_TRAIL_UNLIKE_PUNCTUATION = "\x80-\x9f¡-ª¬-º¼-¿€‚ƒ„†‡ˆ‰Š‹ŒŽ˜™š›œžŸ"

# Strings, not compiled patterns: few runs need them, and `re` caches what it compiled.
_UNSAFE = f"[{_CONTROLS}]+"
_UNSAFE_HIGH = f"[{_HIGH_CONTROLS}]+"
_ANY_HIGH = f"[{_HIGH}]"
_CROWDED = f"[{_MARKS}{_HIGH}]{{{_MAX_MARKS + 1}}}"
_SURROGATE = r"[\ud800-\udfff]"
_BREAK = "\r\n?|[\u2028\u2029]"
_MOJIBAKE = (
    "[\xc2-\xf0](?:"
    f"(?<=[ÂÃ])[{_TRAIL_UNLIKE_PUNCTUATION}]"
    "|(?<=Â)\xa0"
    f"|(?<=[\xc2-\xdf])[{TRAIL}][\xc2-\xdf][{TRAIL}]"
    f"|(?<=â)(?:[€\x80]|[{TRAIL}]{{2}})"
    f"|(?<=[\xe0-\xef])[{TRAIL}]{{2}}[\xe0-\xef][{TRAIL}]{{2}}"
    "|(?<=ï)(?:»¿|¿½)"
    "|(?<=ð)[Ÿ\x9f])"
)

# A whole control sequence is removed, so that no "[31m" remains. Its length is bounded and a
# string sequence needs its terminator: text after a stray ESC is kept.
_SEQUENCE = (
    r"\x1b(?:\[[0-?]{0,32}[ -/]{0,4}[@-~]"
    r"|[\]PX^_][^\x00-\x1f\x7f-\x9f]{0,4096}(?:\x07|\x1b\\|\x9c))"
)

_MAX_REPAIRED = 200_000
"""Characters of suspicious lines that one text may send through ftfy, at up to 6 µs each."""

_MAX_ROUNDS = 4
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

REPLACED = english("not valid {encoding} at byte {number}: unreadable characters were replaced")
"""What `decode` says of damaged text."""


def decode(data: bytes) -> tuple[str, str | None]:
    """Return the text of UTF-8 (or UTF-16 with a byte order mark), and what was wrong with it.

    Never raises: undecodable bytes become U+FFFD. The text is not cleaned. The second value is
    empty if nothing was wrong.
    """
    encoding = "UTF-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "UTF-8"
    try:
        return data.decode(encoding).removeprefix("\ufeff"), None
    except UnicodeDecodeError as error:
        note = REPLACED.format(encoding=encoding, number=error.start)
        return data.decode(encoding, "replace").removeprefix("\ufeff"), note


def clean(text: str) -> str:
    """Return the text, safe to store and to show. Cleaning twice changes nothing more.

    Removes controls other than newline and tab, escape sequences, bidi overrides and isolates, tag
    characters, surrogates and non-characters; makes line ends newlines; applies NFC; repairs
    mojibake. Directional marks and joiners stay: right-to-left text and emoji need them.
    """
    for _ in range(_MAX_ROUNDS):
        if is_clean(text):
            return text
        before = text
        text = normalize("NFC", _without_crowds(_without_controls(_repaired(text))))
        if text == before:
            return text
    # Mojibake that reveals more mojibake at every repair is crafted.
    return re.sub(_MOJIBAKE, _REPLACEMENT, text)


def is_clean(text: str) -> bool:
    """Return whether the text and all parts of it are quickly seen to be as `clean` leaves them."""
    return _PLAIN.fullmatch(text) is not None


def clean_line(text: str) -> str:
    """Return the text cleaned and on one line: single spaces, none at the ends.

    `clean_line(clean_line(s)) == clean_line(s)`.
    """
    cleaned = clean(text)
    for _ in range(_MAX_ROUNDS):
        line = one_line(cleaned)
        if line == cleaned:
            break
        cleaned = clean(line)  # other white space is gone: mojibake may be found now
    return line


def one_line(text: str) -> str:
    """Return cleaned text with every run of white space replaced by one space."""
    return " ".join(text.split())


def escaped_in_json(json: str) -> str:
    r"""Return JSON in which characters that act on a terminal or reorder text are `\u009b`.

    JSON itself escapes only the first 32 characters. Parsing gives the same values.
    """
    if _PLAIN.fullmatch(json):
        return json
    return re.sub(f"{_UNSAFE}|{_UNSAFE_HIGH}", _escaped, json)


def _escaped(found: re.Match[str]) -> str:
    """Return each character as its one or two UTF-16 units, as JSON escapes it."""
    data = found[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{data[at : at + 2].hex()}" for at in range(0, len(data), 2))


def is_visible(text: str) -> bool:
    """Return whether a line of the text shows anything but spaces and joiners."""
    return any(category(char) not in _INVISIBLE for char in text)


def without_blank_lines(text: str) -> str:
    """Return the text without blank lines at both ends; the first line keeps its indentation."""
    text = text.rstrip()
    blank = len(text) - len(text.lstrip())
    return text[text.rfind("\n", 0, blank) + 1 :]


def display_name(path: str | bytes) -> str:
    """Return a file name or path for display on one line; undecodable bytes become U+FFFD."""
    if isinstance(path, bytes):
        path = path.decode("utf-8", "replace")
    if path.isascii() and path.isprintable():  # nothing to clean; there are millions of names
        return one_line(path)
    return clean_line(re.sub(_SURROGATE, _REPLACEMENT, path))


def _repaired(text: str) -> str:
    if not re.search(_MOJIBAKE, text):
        return text
    from ftfy import fix_encoding

    lines = text.split("\n")
    marked = [number for number, line in enumerate(lines) if re.search(_MOJIBAKE, line)]
    if sum(len(lines[number]) for number in marked) > _MAX_REPAIRED:
        return text
    for number in marked:
        lines[number] = fix_encoding(lines[number])
    return "\n".join(lines)


def _without_controls(text: str) -> str:
    text = re.sub(_BREAK, "\n", text)
    if "\x1b" in text:
        text = re.sub(_SEQUENCE, "", text)
    text = re.sub(_UNSAFE, "", text)
    if re.search(_ANY_HIGH, text):
        text = re.sub(_UNSAFE_HIGH, "", text)
    return text


def _without_crowds(text: str) -> str:
    """Limit runs of combining marks: normalising 200,000 of them takes half a minute."""
    if not re.search(_CROWDED, text):
        return text
    kept = []
    run = 0
    for char in text:
        # The three Tibetan vowels are letters but decompose into marks.
        run = run + 1 if combining(char) or char in "\u0f73\u0f75\u0f81" else 0
        if run <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)
