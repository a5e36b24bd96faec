"""Marks of emphasis that a parser of CommonMark would not take for marks, and their removal."""

from unicodedata import category

from reader.formats.markdown.escape import ASCII_PUNCTUATION
from reader.formats.markdown.pieces import Code, Piece

_MOST_ROUNDS = 3


def drop_ineffective(pieces: list[Piece]) -> None:
    """Remove marks that a parser would not read as marks (`**(a)**b`)."""
    has_marks = False
    for at, piece in enumerate(pieces):
        if piece.pair is not None:
            has_marks = True
            if piece.opens:
                piece.pair.start = at
            else:
                piece.pair.end = at
    if not has_marks:
        return
    # Dropping a pair changes what is next to another pair.
    for _ in range(_MOST_ROUNDS):
        if not _drop_once(pieces):
            return
    for at, piece in enumerate(pieces):
        if piece.opens:
            _drop(pieces, at)


def _drop_once(pieces: list[Piece]) -> bool:
    """Drop pairs that are not marks; return whether there were any."""
    dropped = False
    stars = 0
    for at, piece in enumerate(pieces):
        if piece.pair is None or not piece.text:
            continue
        is_star = piece.text[0] == "*"
        if not piece.opens:
            stars -= is_star
        elif _is_mark(pieces, at, is_nested=is_star and stars > 0):
            stars += is_star
        else:
            _drop(pieces, at)
            dropped = True
    return dropped


def _drop(pieces: list[Piece], at: int) -> None:
    pair = pieces[at].pair
    if pair is not None:
        pieces[pair.start].text = pieces[pair.end].text = ""


def _is_mark(pieces: list[Piece], at: int, *, is_nested: bool) -> bool:
    pair = pieces[at].pair
    if pair is None:
        return False
    before, previous = _neighbour(pieces, at, -1)
    after, _ = _neighbour(pieces, at, 1)
    last, _ = _neighbour(pieces, pair.end, -1)
    following, _ = _neighbour(pieces, pair.end, 1)
    if previous is not None and not previous.opens:  # the end of another: `**a***b*`
        return False
    # Within a word a mark opens and closes: it may be taken for an end of the one around it.
    if is_nested and (_flanks(after, before) or _flanks(last, following)):
        return False
    return _flanks(before, after) and _flanks(following, last)


def _flanks(outside: str, inside: str) -> bool:
    if inside.isspace():
        return False
    return not _may_be_punctuation(inside) or outside.isspace() or _is_punctuation(outside)


def _neighbour(pieces: list[Piece], at: int, step: int) -> tuple[str, Piece | None]:
    """Return the next character beyond marks of the same sign, and the nearest such mark."""
    sign = pieces[at].text[0]
    mark = None
    while 0 <= (at := at + step) < len(pieces):
        piece = pieces[at]
        if not piece.text:
            continue
        if piece.pair is not None and piece.text[0] == sign:
            mark = mark or piece
            continue
        return "`" if isinstance(piece, Code) else piece.text[0 if step > 0 else -1], mark
    return "\n", mark


def _is_punctuation(sign: str) -> bool:
    """Return whether every version of CommonMark counts it as punctuation."""
    return sign in ASCII_PUNCTUATION or category(sign)[0] == "P"


def _may_be_punctuation(sign: str) -> bool:
    return sign in ASCII_PUNCTUATION or category(sign)[0] in "PS"
