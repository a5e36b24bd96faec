"""What the undo journal notes of a step beside its mark: enough to tell of it in any language.

It is plain English, which earlier versions show as it is. They noted a sentence in the user's
language instead; such a label is shown as it was written.
"""

import re
from typing import NamedTuple

ONE = "article"
"""Label of a step on one article that is not named."""

_MANY = re.compile(r"(\d{1,15}) articles")
_NAMED = re.compile("“(.*)”", re.DOTALL)


class Told(NamedTuple):
    """What a label says: a title, or a number of articles; neither for one unnamed article."""

    title: str | None = None
    number: int | None = None


def many(number: int) -> str:
    """Return the label of a step on so many articles."""
    return f"{number} articles"


def named(title: str) -> str:
    """Return the label of a step on the article of that title."""
    return f"“{title}”"


def told(label: str) -> Told | None:
    """Return what a label says; None for a sentence of an earlier version."""
    if label == ONE:
        return Told()
    if found := _MANY.fullmatch(label):
        return Told(number=int(found[1]))
    found = _NAMED.fullmatch(label)
    return Told(title=found[1]) if found else None
