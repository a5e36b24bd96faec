"""The keys of the main screen: their actions and names, and which of them the key line shows.

The list and the reading pane define their own keys for moving.
"""

from collections.abc import Mapping, Sequence

from textual.binding import Binding, BindingType

from reader.ui.bars.status_line import KeyHint
from reader.ui.screen.key_names import first_key

_READ = Binding.Group("Articles")
_FILTER = Binding.Group("Filter")
_MARK = Binding.Group("Mark")
_SCREEN = Binding.Group("Screen")


def _key(key: str, action: str, group: Binding.Group, name: str, tooltip: str) -> Binding:
    id = f"reader.{name.lower().replace(' ', '-').replace(',', '')}"
    return Binding(key, action, name, tooltip=tooltip, id=id, group=group)


READER_KEYS: list[BindingType] = [
    _key("space", "read_on", _READ, "Read on", "A page down; at the end, the next unread article"),
    _key("J", "neighbour(1)", _READ, "Next article", "Open the next article, from anywhere"),
    _key("K", "neighbour(-1)", _READ, "Previous article", "Open the previous article"),
    _key("n", "neighbour(1, True)", _READ, "Next unread", "Open the next unread article"),
    _key("N", "neighbour(-1, True)", _READ, "Previous unread", "Open the previous unread one"),
    _key("left_square_bracket", "heading(-1)", _READ, "Previous heading", "To the heading before"),
    _key("right_square_bracket", "heading(1)", _READ, "Next heading", "To the next heading"),
    _key("left_curly_bracket", "headings", _READ, "Headings", "Choose one of the headings"),
    _key("i", "cover", _READ, "Cover image", "Show the cover image in the browser"),
    _key("o", "original", _READ, "Original", "Open the original, or choose one of the links"),
    _key("F", "full_text", _READ, "Full text", "Fetch the whole text of the original"),
    _key("T", "twin", _READ, "Other language", "The same article in the other language, and back"),
    _key(
        "left_parenthesis",
        "teller(-1)",
        _READ,
        "Earlier of the story",
        "The earlier article of the same story",
    ),
    _key(
        "right_parenthesis",
        "teller(1)",
        _READ,
        "Later of the story",
        "The later article of the same story",
    ),
    _key("w", "briefing", _READ, "Briefing", "What has arrived since your last visit, and back"),
    _key("e", "related", _READ, "Related articles", "Up to five articles about the same"),
    _key("y", "copy_link", _READ, "Copy link", "Copy the article's address"),
    _key("E", "export", _READ, "Export", "Export the article, or all that are selected"),
    _key("Y", "copy_markdown", _READ, "Copy Markdown", "Copy the article as Markdown"),
    *(
        Binding(
            str(digit),
            f"cycle_digit({digit})",
            f"Tag {digit}",
            tooltip=f"Tag {digit} of the bar: include, exclude, off",
            id=f"reader.tag-{digit}",
            group=_FILTER,
        )
        for digit in range(1, 10)
    ),
    _key("slash", "search", _FILTER, "Search", "Search as you type, in the language of queries"),
    _key("apostrophe", "views", _FILTER, "Views", "Open a saved view by its letter"),
    _key("a", "save_view", _FILTER, "Save view", "Save the filter as a view, under a name"),
    _key("t", "pick_tags", _FILTER, "All tags", "Find any tag and filter by it"),
    _key("plus", "sentiment('positive')", _FILTER, "Positive", "Positive news only"),
    _key("minus", "sentiment('negative')", _FILTER, "Negative", "Negative news only"),
    _key("equals_sign", "sentiment('neutral')", _FILTER, "Neutral", "Neutral news only"),
    _key("0", "sentiment(None)", _FILTER, "Any sentiment", "Any sentiment again"),
    _key("L", "next_language", _FILTER, "Next language", "The next language, then all of them"),
    _key("d", "mood", _FILTER, "Mood", "How the mood changes: by day, by tag, by source"),
    _key(
        "escape",
        "back",
        _FILTER,
        "Drop last filter",
        "End the search in the article, or drop the last filter",
    ),
    _key("x", "clear", _FILTER, "Clear filters", "Drop every filter"),
    _key("m", "toggle_read", _MARK, "Read, unread", "Mark the article or the group read or not"),
    _key("M", "all_read", _MARK, "All read", "Mark everything in the list as read"),
    _key("O", "older_read", _MARK, "Older read", "Mark all that is older than the article as read"),
    _key("D", "rest_read", _MARK, "Rest read", "Mark the rest of the group as read, below the row"),
    _key("R", "story_read", _MARK, "Story read", "Mark the others of its story as read"),
    _key("f", "toggle_favourite", _MARK, "Favourite", "Mark the article as a favourite or not"),
    _key("b", "toggle_later", _MARK, "Read later", "Put the article aside to read later"),
    _key("number_sign", "own_tag", _MARK, "Own tag", "Set or remove a tag of your own"),
    _key("u", "undo", _MARK, "Undo", "Take back the last mark"),
    _key("U", "redo", _MARK, "Redo", "Repeat the mark that was taken back"),
    _key("h,left", "to_list", _SCREEN, "Back to the list", "From the reading pane to the list"),
    _key("tab", "other_pane", _SCREEN, "Other pane", "Go to the other pane"),
    _key("z", "zoom", _SCREEN, "Reading pane alone", "Hide the list, or show it again"),
    _key("less_than_sign", "resize(-1)", _SCREEN, "Narrower list", "Make the list narrower"),
    _key("greater_than_sign", "resize(1)", _SCREEN, "Wider list", "Make the list wider"),
    _key("W", "column", _SCREEN, "Width of text", "Longer lines of text, and short ones again"),
    _key("r", "sync", _SCREEN, "Sync", "Ask the sources for news, while you read on"),
    _key("S", "sources", _SCREEN, "Sources", "How each source is doing, and what to do"),
    _key(
        "s",
        "regroup",
        _SCREEN,
        "Group by",
        "By category, latest first, by source, by story, or none",
    ),
    _key("A", "newly_arrived", _SCREEN, "Newly arrived", "Go to what the last sync brought"),
    _key("c", "next_density", _SCREEN, "Lines of a row", "One line, two lines, or a description"),
    _key("question_mark,f1", "help", _SCREEN, "Help", "All keys and the query language"),
    _key("q", "app.quit", _SCREEN, "Quit", "Leave cryptoread"),
]


def _hint(ids: str, keys: str, label: str, action: str = "") -> KeyHint:
    return KeyHint(keys, label, action, tuple(ids.split()))


_OF_PANES = {
    "sidebar.open": "enter",
    "briefing.caught-up": "M",
    "search.give-up": "escape",
    "mood.close": "escape",
    "sources.ask": "r",
    "tag_picker.close": "escape",
}
"""Keys of other parts of the screen that are named in hints and messages."""

NEXT = "reader.next-unread"
PREVIOUS = "reader.previous-unread"

_NEXT = _hint(NEXT, "n", "next unread", "neighbour(1, True)")
_QUIT = _hint("reader.quit", "q", "quit", "app.quit")
_HELP = _hint("reader.help", "?", "help", "help")

_READ_ON = _hint("reader.read-on", "Space", "read on", "read_on")

LIST_KEYS = (
    _READ_ON,
    _hint("sidebar.down sidebar.up", "j k", "move"),
    _hint("sidebar.open", "Enter", "open", "open"),
    _NEXT,
    _hint("reader.search", "/", "search", "search"),
    _hint("reader.briefing", "w", "briefing", "briefing"),
    _hint("reader.tag-1 reader.tag-9", "1-9", "tags"),
    _hint("reader.all-tags", "t", "all tags", "pick_tags"),
    _hint("reader.positive reader.negative reader.neutral", "+ - =", "sentiment"),
    _hint("reader.clear-filters", "x", "clear", "clear"),
    _hint("reader.read-unread", "m", "read", "toggle_read"),
    _hint("reader.next-language", "L", "language", "next_language"),
    _hint("reader.group-by", "s", "group", "regroup"),
    _hint("reader.lines-of-a-row", "c", "lines", "next_density"),
    _QUIT,
    _HELP,
)
READING_KEYS = (
    _READ_ON,
    _hint("reading.down reading.up", "j k", "scroll"),
    _hint("reader.other-pane", "Tab", "list", "other_pane"),
    _hint("reader.next-article reader.previous-article", "J K", "next, previous", "neighbour(1)"),
    _NEXT,
    _hint("reader.briefing", "w", "briefing", "briefing"),
    _hint("reading.find", "/", "find", "screen.find"),
    _hint("reader.cover-image", "i", "cover", "cover"),
    _hint("reader.original", "o", "original, links", "original"),
    _hint("reader.copy-link", "y", "copy link", "copy_link"),
    _hint("reader.favourite", "f", "favourite", "toggle_favourite"),
    _hint("reader.reading-pane-alone", "z", "alone", "zoom"),
    _QUIT,
    _HELP,
)
BRIEFING_KEYS = (
    _hint("briefing.down briefing.up", "j k", "move"),
    _hint("briefing.open", "Enter", "open", "choose"),
    _hint("briefing.caught-up", "M", "caught up", "catch_up"),
    _hint("reader.briefing", "w", "back", "briefing"),
    _hint("reader.other-pane", "Tab", "list", "other_pane"),
    _NEXT,
    _hint("reader.undo", "u", "undo", "undo"),
    _hint("reader.reading-pane-alone", "z", "alone", "zoom"),
    _QUIT,
    _HELP,
)

_READING_HINT = (
    "{open} opens the article under the cursor. {read_on} reads on: page by page, "
    "then the next unread article. {help} shows all keys."
)


def keys_of_pane(*, is_list: bool, is_briefing: bool) -> Sequence[KeyHint]:
    """Return the keys of the list, else of what is right of it."""
    if is_list:
        return LIST_KEYS
    return BRIEFING_KEYS if is_briefing else READING_KEYS


def reading_hint(keymap: Mapping[str, str]) -> str:
    """Return what stands in the reading pane while there is nothing else, with the user's keys."""
    return _READING_HINT.format(
        open=key_of("sidebar.open", keymap),
        read_on=key_of("reader.read-on", keymap),
        help=key_of("reader.help", keymap),
    )


NOT_OPEN = "no article is open; {open} opens the one under the cursor"


def not_open(keymap: Mapping[str, str]) -> str:
    """Return what is said where a key is about the open article and none is open."""
    return NOT_OPEN.format(open=key_of("sidebar.open", keymap))


def key_of(id: str, keymap: Mapping[str, str]) -> str:
    """Return the first key of a binding, as the user reads it.

    keymap: id of a binding to its keys, where the user has chosen others.
    """
    usual = {each.id: each.key for each in READER_KEYS if isinstance(each, Binding)} | _OF_PANES
    return first_key(keymap.get(id, usual[id]))


def as_bound(
    hints: Sequence[KeyHint], keymap: Mapping[str, str], next_label: str
) -> tuple[KeyHint, ...]:
    """Return the hints with the keys that the user has chosen; next_label: what `n` does now."""
    shown = []
    for hint in hints:
        label = next_label if hint is _NEXT else hint.label
        shown.append(hint._replace(keys=_keys_of(hint, keymap), label=label))
    return tuple(shown)


def _keys_of(hint: KeyHint, keymap: Mapping[str, str]) -> str:
    if not any(id in keymap for id in hint.ids):
        return hint.keys
    joint = "-" if "-" in hint.keys.strip("-") and " " not in hint.keys else " "
    usual = hint.keys.split(joint)
    return joint.join(
        first_key(keymap[id]) if id in keymap else key
        for id, key in zip(hint.ids, usual, strict=True)
    )
