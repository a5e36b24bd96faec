"""An English article as a vector of its weighted terms."""

import re
from collections.abc import Mapping
from functools import cache
from math import log
from pkgutil import get_data

from reader.insight.stories import unit
from reader.insight.terms import MOST_CHARS, terms

LEAD = 0.6
"""What a term of the first paragraph weighs, compared with one of the title."""

MOST_TERMS = 24

UNKNOWN = log(5630) ** 0.8
"""Weight of a term that is not in the table: of 5,629 articles, none had it."""

_LEAD = re.compile(r"##[^\S\n]*[^\n]*\n+(.+?)(?:\n\n|$)", re.DOTALL)


@cache
def weights() -> Mapping[str, float]:
    """Return the weight of each known term: rare ones weigh more. Takes some milliseconds once."""
    table = (get_data("reader.insight", "weights.tsv") or b"").decode()
    rows = (line.split("\t") for line in table.splitlines())
    return {term: float(weight) for term, weight in rows}


def vector(title: str, lead: str) -> dict[str, float]:
    """Return the heaviest terms of title and lead, a vector of unit length; empty without any."""
    known = weights()
    found = {term: LEAD * known.get(term, UNKNOWN) for term in terms(lead)}
    found |= {term: known.get(term, UNKNOWN) for term in terms(title)}
    return unit(dict(sorted(found.items())), MOST_TERMS)


def first_paragraph(body: str, description: str) -> str:
    """Return the paragraph below the first heading, else the description."""
    found = _LEAD.search(body[: 2 * MOST_CHARS])
    return found[1] if found else description
