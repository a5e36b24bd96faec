"""Links as values of fields: Obsidian writes `created: "[[2025-09-01]]"`. Pure."""

import re

_TARGET = r"!?\[\[([^\[\]]{1,300})\]\]"
_LINK = re.compile(_TARGET)
_LINKS_ALONE = re.compile(rf"\s*(?:{_TARGET}[\s,;]*)+")
_MARKDOWN = re.compile(
    r"\s*(?:!?\[[^\[\]]{0,300}\]\(\s*<?([^\s()<>]{1,2000})>?(?:\s[^()]{0,300})?\)"
    r"|<(https?://[^\s<>]{1,2000})>)\s*"
)

_MOST_ROUNDS = 8


def without_links(value: object) -> object:
    """Return the value with each link in a text or a list replaced by its target.

    Unquoted, YAML reads `[[a]]` as a list in a list.
    """
    if isinstance(value, str):
        return _of_text(value)
    if not isinstance(value, list):
        return value
    if len(value) == 1 and (target := _target_in(value[0])):
        return target
    return [_target_in(item) or _of_item(item) for item in value]


def _of_item(item: object) -> object:
    return _of_text(item, as_one=True) if isinstance(item, str) else item


def _target_in(item: object) -> str:
    """Return the target of a link that YAML read as a list; empty if it is not one."""
    for _ in range(2):
        if not isinstance(item, list) or len(item) != 1:
            return ""
        item = item[0]
        if isinstance(item, str):
            return str(_of_text(_target(item), as_one=True))
    return ""


def _of_text(text: str, *, as_one: bool = False) -> str | list[str]:
    """Return the text without links, also those that appear when others are removed."""
    for _ in range(_MOST_ROUNDS):
        found = _unlinked(text, as_one)
        if found == text or not isinstance(found, str):
            return found
        text = found
    # Deeper brackets are crafted: no link is left, so that an export is read as it was written.
    return _unlinked(text.replace("[", "").replace("]", ""), as_one)


def _unlinked(text: str, as_one: bool) -> str | list[str]:
    if address := _MARKDOWN.fullmatch(text):
        return address[1] or address[2]
    if "[[" not in text:
        return text
    targets = [_target(inner) for inner in _LINK.findall(text)]
    if len(targets) > 1 and not as_one and _LINKS_ALONE.fullmatch(text):
        return targets
    return _LINK.sub(lambda link: _target(link[1]), text).strip()


def _target(inner: str) -> str:
    """Return the name of the note: `Daily/2025-09-01#Noon|1 Sep` leads to 2025-09-01."""
    page = inner.partition("|")[0].partition("#")[0].strip()
    return page.rpartition("/")[2].removesuffix(".md").strip() or inner.strip()
