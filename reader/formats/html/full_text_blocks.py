"""The blocks of a web page by number, so that those of the article can be cut out.

trafilatura returns text without its layout: exponents, list numbers, code and videos are lost. So
each block is marked with its number, and the blocks that it kept are read from the page itself.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from reader.formats.html.source import names

_OPEN, _CLOSE = "\N{LEFT WHITE CURLY BRACKET}", "\N{RIGHT WHITE CURLY BRACKET}"
_MARK = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_WITHOUT_EVENTS = 1
_PARAGRAPHS_OF_TEXT = 3
"""Minimum paragraphs in a form that is more than form fields."""

_SILENT = names("script style template noscript textarea select option button svg title head")
_BLOCKS = names(
    """address article aside blockquote body caption center dd details dialog div dl dt fieldset
    figcaption figure footer form h1 h2 h3 h4 h5 h6 header li main nav ol p pre section summary
    table tbody td tfoot th thead tr ul"""
)
_UNITS = names("ul ol dl table pre figure details")
"""Elements that are kept whole if a part is kept, or between two paragraphs of the article."""

_MEDIA = names("img picture iframe video audio embed object hr br")
_AFTER_THE_TEXT = names("figure picture iframe video audio")
_BEFORE_A_UNIT = names("p pre ul ol dl table figure blockquote")
_ASIDE = re.compile(
    r"\b(?:nav|menu|share|social|related|promo|newsletter|subscri|sidebar|footer|comment|breadcrumb"
    r"|tags?|advert|banner|author|recommend|more-)",
    re.IGNORECASE,
)


class NumberedPage:
    """A page whose blocks of text are numbered. page: mended HTML."""

    def __init__(self, page: str) -> None:
        page = page.replace(_OPEN, "{").replace(_CLOSE, "}")
        self._tree = LexborHTMLParser(page, options=_WITHOUT_EVENTS)
        for form in self._tree.css("form"):
            if len(form.css("p")) >= _PARAGRAPHS_OF_TEXT:
                form.unwrap()  # trafilatura drops forms, and some sites put the page into one
        self._blocks: dict[int, LexborNode] = {}
        self._with_text: set[int] = set()
        """Ids of the elements that contain a numbered block or its text."""
        self._marks: list[LexborNode] = []
        self._kept: set[int] = set()
        self._live: set[int] = set()

    @property
    def base(self) -> str:
        """Return the address of `<base>`, empty if there is none."""
        element = self._tree.css_first("base[href]")
        return (element.attributes["href"] or "") if element is not None else ""

    def marked(self) -> str:
        """Return the page with the number of each block before its text."""
        root = self._tree.body
        if root is None:
            return ""
        for number, (block, text) in enumerate(list(_first_texts(root))):
            self._blocks[number] = block
            text.insert_before(f"{_OPEN}{number}{_CLOSE}")
            if (mark := text.prev) is not None:
                self._marks.append(mark)
        return self._tree.html or ""

    def cut_out(self, found: str) -> str:
        """Return HTML of the blocks whose numbers occur in the text that was found."""
        for mark in self._marks:
            mark.decompose()
        numbers = {int(number) for number in _MARK.findall(found)}
        kept = [block for number, block in self._blocks.items() if number in numbers]
        root = self._tree.body
        if not kept or root is None:
            return ""
        self._kept = {block.mem_id for block in kept}
        for block in kept:
            _mark_upwards(block, self._live)
        for block in self._blocks.values():
            _mark_upwards(block, self._with_text)
        for node in self._superfluous(root):
            node.decompose()
        return root.inner_html or ""

    def _superfluous(self, root: LexborNode) -> list[LexborNode]:
        """Return the outermost nodes that do not belong to the article."""
        found: list[LexborNode] = []
        waiting = [root]
        while waiting:
            parent = waiting.pop()
            is_kept = parent.mem_id in self._kept
            children = list(parent.iter(include_text=True))
            last = max((n for n, each in enumerate(children) if self._is_of_it(each)), default=-1)
            for number, child in enumerate(children):
                if child.mem_id in self._live:
                    if child.tag not in _UNITS:
                        waiting.append(child)
                elif not (self._belongs(child, is_kept) or self._shows(child, number, last)):
                    found.append(child)
        return found

    def _is_of_it(self, node: LexborNode) -> bool:
        return node.mem_id in self._kept or (node.tag in _UNITS and node.mem_id in self._live)

    def _belongs(self, node: LexborNode, is_within_kept: bool) -> bool:
        """Return whether text that trafilatura left out belongs to the article."""
        if node.mem_id not in self._with_text or node.tag not in _BLOCKS:
            return is_within_kept
        return node.tag in _UNITS and self._stands_between(node) and not _is_aside(node)

    def _shows(self, node: LexborNode, number: int, last: int) -> bool:
        """Return whether media belong to the article: up to just after the `last` kept sibling."""
        tag = node.tag or ""
        if number > last and (tag not in _AFTER_THE_TEXT or not 0 <= last < number <= last + 2):
            return False
        if node.mem_id in self._with_text or tag == "-text" or last < 0:
            return False
        return tag in _MEDIA or (
            not _is_aside(node) and node.css_first("img,picture,iframe,video,audio") is not None
        )

    def _stands_between(self, node: LexborNode) -> bool:
        """Return whether text of the article surrounds or announces it."""
        before, after = _beside(node, back=True), _beside(node, back=False)
        if before is None or before.mem_id not in self._live or before.tag not in _BEFORE_A_UNIT:
            return False
        if after is not None and after.mem_id in self._live:
            return True
        return (before.text() or "").rstrip().endswith(":")


def _first_texts(root: LexborNode) -> Iterator[tuple[LexborNode, LexborNode]]:
    """Yield each block that has text itself, with its first text node."""
    seen: set[int] = set()
    path: list[tuple[LexborNode, LexborNode]] = []
    block, node = root, root.first_child
    while node is not None or path:
        if node is None:
            node, block = path.pop()
        elif node.tag == "-text":
            if block.mem_id not in seen and (node.text_content or "").strip():
                seen.add(block.mem_id)
                yield block, node
        elif (node.tag or "-")[0].isalpha() and node.tag not in _SILENT:
            path.append((node, block))
            block = node if node.tag in _BLOCKS else block
            node = node.first_child
            continue
        node = node.next


def _mark_upwards(node: LexborNode | None, ids: set[int]) -> None:
    while node is not None and node.mem_id not in ids:
        ids.add(node.mem_id)
        node = node.parent


def _beside(node: LexborNode, *, back: bool) -> LexborNode | None:
    """Return the next element on that side."""
    found = node.prev if back else node.next
    while found is not None and not (found.tag or "-")[0].isalpha():
        found = found.prev if back else found.next
    return found


def _is_aside(node: LexborNode) -> bool:
    attributes = node.attributes
    said = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return node.tag in ("nav", "aside", "footer", "form") or _ASIDE.search(said) is not None
