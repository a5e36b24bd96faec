"""Paint an article: a laid-out line as a strip, each span in the colours of its styles.

The colours themselves are in `styles/30-reading.tcss`, a component class for each style.
"""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from reader.ui.prose.wrap import Line, Span, Styles

_CLICKS = {"tag": "tag", "tag-edge": "tag", "cover": "cover", "host": "cover", "teller": "teller"}
"""What a click means, by the first style of what was clicked; by default, a link."""


class LinePainter:
    """Paints the lines of one widget and keeps the looks of its component classes."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._looks: dict[Styles, Style] = {}

    def forget(self) -> None:
        """Forget all looks: theme or colours have changed."""
        self._looks.clear()

    @property
    def base(self) -> Style:
        """Return the style of text without named styles."""
        return self._look(Span(""))

    def line(self, line: Line | None, left: int) -> Strip:
        """Return the line after a margin of `left` cells.

        The metadata of a span that can be clicked is its kind and its target, as `clicked`.
        """
        segments = [Segment(" " * left, self.base)]
        spans = line.spans if line else ()
        segments += [Segment(span.text, self._look(span)) for span in spans]
        return Strip(segments)

    def _look(self, span: Span) -> Style:
        look = self._looks.get(span.styles)
        if look is None:
            look = self._looks[span.styles] = self._blend(span.styles)
        if not span.target:
            return look
        kind = span.styles[0]
        if kind == "host":
            look += _link(span.target)
        return look + Style(meta={"clicked": (_CLICKS.get(kind, "link"), span.target)})

    def _blend(self, styles: Styles) -> Style:
        """Return the looks of the styles, each over those before it."""
        look = self._widget.rich_style
        for name in styles:
            component = f"reading-pane--{name}"
            rules = self._widget.get_component_styles(component)
            full = self._widget.get_component_rich_style(component)
            look += Style(
                color=full.color if rules.has_rule("color") else None,
                bgcolor=full.bgcolor if rules.has_rule("background") else None,
            )
            look += rules.text_style
        return look


def _link(url: str) -> Style:
    """Return a style by which the terminal itself opens the URL; a plain one if none may.

    Only for text that names the host: elsewhere, a click asks first where a label deceives.
    """
    from reader.browser import UrlRefused, check

    try:
        return Style(link=check(url))
    except UrlRefused:
        return Style.null()


def restyled(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """Return the strip with `style` over its characters from `start` to `end`, -1 for the end."""
    segments, at = [], 0
    for text, look, _ in strip:
        first = min(max(0, start - at), len(text))
        last = len(text) if end < 0 else min(max(first, end - at), len(text))
        over = (look or Style()) + style
        parts = (text[:first], look), (text[first:last], over), (text[last:], look)
        segments += [Segment(part, part_look) for part, part_look in parts if part]
        at += len(text)
    return Strip(segments)
