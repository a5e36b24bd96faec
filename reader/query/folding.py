"""The plain form of a text, for full-text index, query and highlights alike.

FTS5's `unicode61` splits a text into words, lowers letters and removes Latin diacritics. This
module changes the text before FTS5 sees it, where that is not enough:

- In a script without spaces, or whose vowels are combining signs, each character is a word,
  so that any run of characters is a phrase.
- Letters take their plain form: ё is е, ß is ss, ﬁ is fi, ı is i, Ｂ is b, ς is σ, đ is d, آ is ا.
  The other letters of Cyrillic stay apart: й is not и, ї is not і.
- Decimal digits of any script are 0 to 9. Superscripts and subscripts (¹⁸, ₂) stay as they are.
- Accents, vowel signs of Arabic and Hebrew, soft hyphens and zero-width characters are dropped.

FTS5 removes a text from the index by its words. So any change of what `folded` returns needs a
migration that indexes every article again.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from unicodedata import category, combining, decimal, decomposition, normalize

# Strings, not compiled patterns: few runs need them, and `re` caches what it compiled.
_PLAIN = (
    r"\x01-\xac\xae-\xbf\xd7\xf7"
    r"\u0402-\u040c\u040e-\u044f\u0452-\u045c\u045e-\u0481\u048a-\u0527"  # Cyrillic
    r"\u2010-\u2027\u202f-\u205f\u20a0-\u20b9\u2116\u2122\u2190-\u23f3\u2500-\u26ff"  # signs
)
"""Characters that FTS5 reads as `plain_form` does; English and Ukrainian have no others."""
_KEPT = _PLAIN + (
    r"\xc0-\xc5\xc7-\xcf\xd1-\xd6\xd9-\xdd\xe0-\xe5\xe7-\xef\xf1-\xf6\xf9-\xfd"
    r"\xff-\u010f\u0112-\u0125\u0128-\u0130\u0134-\u0137\u0139-\u013e\u0143-\u0148\u014a-\u0151"
    r"\u0154-\u0165\u0168-\u01c3\u0218-\u021b\u1ea0-\u1ef9"
)
"""Those that it reads so if it removes diacritics."""
_ACCENTED = r"[\xc0-\xd6\xd8-\xf6\xf8-\u024f\u1ea0-\u1ef9]"
"""Letters among those from which it removes them."""

_SIGNS = (
    r"\u0900-\u109f\u1700-\u17ff\u1900-\u1aad\u1b00-\u1c4f"  # from Devanagari to Lepcha
    r"\ua800-\ua95f\ua980-\uaaf6\uabc0-\uabff"
)
"""Scripts whose vowels are combining signs; many of them have no spaces either."""
_BY_CHARACTER = _SIGNS + (
    r"\u1100-\u11ff\u3130-\u318e\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"  # Korean
    r"\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9d"  # Japanese
    r"\U0001aff0-\U0001b16f\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c"
    r"\u2e80-\u2fdf\u3105-\u312f\u31a0-\u31bf\u3400-\u4dbf\u4e00-\ua4cf\uf900-\ufaff"  # Chinese, Yi
    r"\U00020000-\U0003ffff"
)
_COMMON = r"\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fef\uac00-\ud7a3"
_RUN = rf"([{_COMMON}][{_COMMON}\u3000-\u3002\u3008-\u3011\uff0c ,.\n]*)|[^{_KEPT}{_COMMON}]+"
"""Group 1: characters that are words each, and what is between them. Else: other characters."""
_PRIVATE = {0x0900: 0xE000, 0xA800: 0xF400}
"""Offset of signs, by the start of their blocks: FTS5 takes private characters for letters."""
_NUKTA = 7
"""Combining class of a dot that marks a foreign sound of an Indic letter."""

_PAIR = r"[\uff73-\uff84\uff8a-\uff8e][\uff9e\uff9f]|[\u0620-\u06ff]\u200c"
_PIECES = rf"(?s:{_PAIR}|.)"
"""Half-width kana with their sound marks; the Persian letter before a break within a word."""
_IN_PAIRS = "\u200c\uff9e\uff9f"

_SHAPES = frozenset(
    ("<wide>", "<narrow>", "<compat>", "<font>", "<isolated>", "<initial>", "<medial>", "<final>")
)
"""Kinds of decomposition that change the look of a letter, not its meaning."""
_FORMS = {
    **dict.fromkeys("Ёё", "е"),
    **dict.fromkeys("Ѐѐ", "е"),
    **dict.fromkeys("Ѝѝ", "и"),
    **dict.fromkeys("ẞß", "ss"),
    **dict.fromkeys("Ææ", "ae"),
    **dict.fromkeys("Œœ", "oe"),
    **dict.fromkeys("Øø", "o"),
    **dict.fromkeys("ĐđÐð", "d"),
    **dict.fromkeys("Þþ", "th"),
    **dict.fromkeys("Łł", "l"),
    **dict.fromkeys("Ħħ", "h"),
    **dict.fromkeys("Ŧŧ", "t"),
    **dict.fromkeys("İı", "i"),
    "ĸ": "k",
    "ς": "σ",
    "\u0640": "",  # stretches an Arabic word
    **dict.fromkeys("\u0649\u06cc", "\u064a"),  # Arabic and Persian yeh
    "\u06a9": "\u0643",  # Persian kaf
    "\u0671": "\u0627",  # alef
    **dict.fromkeys("\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\ua78b\ua78c", " "),  # apostrophes
    **dict.fromkeys("\ufe0e\ufe0f", " "),  # after 1 or ℹ: it is a sign, which ends a word
    **dict.fromkeys("\u1cf2\u1cf3", ""),  # Vedic signs, letters to Python alone
}


def folded(text: str) -> str:
    """Return the text as index and query have it; words end where FTS5 sees them end."""
    if is_kept(text):
        return text
    return re.sub(_RUN, _plain_run, text)


def _plain_run(run: "re.Match[str]") -> str:
    return f" {' '.join(run[0])} " if run[1] else "".join(map(plain_form, pieces(run[0])))


def is_kept(text: str) -> bool:
    """Return whether `folded` returns this very text, without making a new one."""
    return text.isascii() or re.fullmatch(f"[{_KEPT}]*+", text) is not None


def is_plain(text: str) -> bool:
    """Return whether `without_accents(folded(text))` is this very text."""
    return text.isascii() or re.fullmatch(f"[{_PLAIN}]*+", text) is not None


def without_accents(text: str) -> str:
    """Return a folded text as FTS5 reads it, so that it need not remove diacritics itself."""
    return text if text.isascii() else re.sub(_ACCENTED, _plain_letter, text)


def _plain_letter(found: "re.Match[str]") -> str:
    return plain_form(found[0])


def has_words(text: str) -> bool:
    """Return whether there is anything to search for: a letter or digit of any script."""
    if text.isascii():
        return any(map(str.isalnum, text))
    return any(plain_form(piece).strip() for piece in pieces(text))


def pieces(text: str) -> Sequence[str]:
    """Split a text into units with a plain form: characters, and a few pairs of them."""
    return re.findall(_PIECES, text) if any(map(text.__contains__, _IN_PAIRS)) else text


@lru_cache(8192)
def plain_form(piece: str) -> str:
    """Return the form of one of `pieces` in the index: letters and digits, blanks between words.

    Empty for a character that does not count within a word.
    """
    if piece in _FORMS:
        return _FORMS[piece]
    if len(piece) == 2:
        if piece[1] == "\u200c":
            return plain_form(piece[0]) + " "
        return f" {normalize('NFKC', piece)} "
    composed = normalize("NFC", piece)
    if composed != piece:
        return "".join(map(plain_form, composed))
    kind = category(piece)
    if kind == "Nd":
        return str(decimal(piece))
    if kind == "Cf":  # soft hyphens, zero-width characters, directional marks
        return ""
    if re.match(f"[{_BY_CHARACTER}]", piece):
        return f" {_character(piece, kind)} "
    return _letter(piece, kind)


def _character(char: str, kind: str) -> str:
    """Return the one word that a character is."""
    if kind[0] == "M" or "\u19b0" <= char <= "\u19c9":  # vowel signs, formerly of category M
        return _sign(char)
    return _same_letters(char) or (char if char.isalnum() else " ")


def _letter(char: str, kind: str) -> str:
    """Return what a character is within a word."""
    if kind in ("Mn", "Mc"):
        return ""
    if not char.isalnum():
        return " "
    if same := _same_letters(char):
        return same
    if "\u0400" <= char <= "\u052f":
        return char.lower()
    base = normalize("NFD", char)[0]
    return char.lower() if base == char else plain_form(base)


def _same_letters(char: str) -> str:
    """Return the plain forms of the letters that it is a variant of; empty if none."""
    shape, _, letters = decomposition(char).partition(" ")
    if shape not in _SHAPES:
        return ""
    return "".join(plain_form(chr(int(letter, 16))) for letter in letters.split())


def _sign(char: str) -> str:
    """Return a letter in place of a combining sign, which FTS5 would take for the end of a word."""
    if combining(char) == _NUKTA or not re.match(f"[{_SIGNS}]", char):
        return ""
    block = max(start for start in _PRIVATE if chr(start) <= char)
    return chr(ord(char) - block + _PRIVATE[block])
