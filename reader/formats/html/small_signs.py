"""Superscripts and subscripts as text: their digits stay distinct from normal digits."""

_DIGITS = "0123456789+-−=()"
_UP = dict(zip(_DIGITS, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾", strict=True))
_DOWN = dict(zip(_DIGITS, "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
_UP_LETTERS = dict(
    zip(
        "abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVW",
        "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ",
        strict=True,
    )
)
_DOWN_LETTERS = dict(zip("aehijklmnoprstuvx", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_ORDINALS = frozenset(("st", "nd", "rd", "th"))
_AS_THEY_ARE = frozenset("®©™℠°ºª*†‡§¶′″")
_TRADE_MARKS = {"tm": "™", "sm": "℠", "r": "®"}


def raised(text: str, before: str) -> str:
    """Return a superscript: `10¹⁸`, else `10^(n-1)`. before: the character before it."""
    if _stands_for_itself(text, before):
        return text
    if text in ("TM", "SM", "(R)", "(r)"):
        return _TRADE_MARKS[text.strip("()").lower()]
    return _signs(text, _UP, _UP_LETTERS) or f"^({text})"


def numerator(text: str, before: str) -> str:
    """Return the superscript of a fraction: `1 ¹/₂`, as `1¹` would be a power."""
    signs = raised(text, before)
    return f" {signs}" if before.isdecimal() else signs


def lowered(text: str, before: str) -> str:
    """Return a subscript: `H₂O`, else `x_(…)`."""
    del before
    return _signs(text, _DOWN, _DOWN_LETTERS) or f"_({text})"


def _stands_for_itself(text: str, before: str) -> bool:
    if text in _ORDINALS:
        return before.isdecimal()
    return all(sign in _AS_THEY_ARE for sign in text)


def _signs(text: str, figures: dict[str, str], letters: dict[str, str]) -> str:
    """Return Unicode's signs; empty if one is missing, or for a formula with letters."""
    if all(sign in figures for sign in text):
        return "".join(figures[sign] for sign in text)
    if not text.isalnum():
        return ""
    every = figures | letters
    return "".join(every[sign] for sign in text) if all(sign in every for sign in text) else ""
