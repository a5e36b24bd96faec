"""The keys of the main screen: their actions and names, and which of them the key line shows.

The list and the reading pane define their own keys for moving.
"""

from collections.abc import Mapping, Sequence

from textual.binding import Binding, BindingType

from reader.i18n import _, pgettext
from reader.ui.bars.status_line import KeyHint
from reader.ui.screen.key_names import first_key

_READ = Binding.Group(pgettext("keys", "Articles"))
_FILTER = Binding.Group(pgettext("keys", "Filter"))
_MARK = Binding.Group(pgettext("keys", "Mark"))
_SCREEN = Binding.Group(pgettext("keys", "Screen"))

_TEXTS = {
    "read-on": (_("Read on"), _("A page down; at the end, the next unread article")),
    "next-article": (_("Next article"), _("Open the next article, from anywhere")),
    "previous-article": (_("Previous article"), _("Open the previous article")),
    "next-unread": (_("Next unread"), _("Open the next unread article")),
    "previous-unread": (_("Previous unread"), _("Open the previous unread one")),
    "previous-heading": (_("Previous heading"), _("To the heading before")),
    "next-heading": (_("Next heading"), _("To the next heading")),
    "headings": (_("Headings"), _("Choose one of the headings")),
    "cover-image": (_("Cover image"), _("Show the cover image in the browser")),
    "original": (_("Original"), _("Open the original, or choose one of the links")),
    "full-text": (_("Full text"), _("Fetch the whole text of the original")),
    "other-language": (_("Other language"), _("The same article in the other language, and back")),
    "earlier-of-the-story": (_("Earlier of the story"), _("The earlier article of the same story")),
    "later-of-the-story": (_("Later of the story"), _("The later article of the same story")),
    "briefing": (_("Briefing"), _("What has arrived since your last visit, and back")),
    "related-articles": (_("Related articles"), _("Up to five articles about the same")),
    "copy-link": (_("Copy link"), _("Copy the article's address")),
    "export": (_("Export"), _("Export the article, or all that are selected")),
    "copy-markdown": (_("Copy Markdown"), _("Copy the article as Markdown")),
    "search": (_("Search"), _("Search as you type, in the language of queries")),
    "views": (_("Views"), _("Open a saved view by its letter")),
    "save-view": (_("Save view"), _("Save the filter as a view, under a name")),
    "all-tags": (_("All tags"), _("Find any tag and filter by it")),
    "positive": (_("Positive"), _("Positive news only")),
    "negative": (_("Negative"), _("Negative news only")),
    "neutral": (_("Neutral"), _("Neutral news only")),
    "any-sentiment": (_("Any sentiment"), _("Any sentiment again")),
    "next-language": (_("Next language"), _("The next language, then all of them")),
    "mood": (_("Mood"), _("How the mood changes: by day, by tag, by source")),
    "drop-last-filter": (
        _("Drop last filter"),
        _("End the search in the article, or drop the last filter"),
    ),
    "clear-filters": (_("Clear filters"), _("Drop every filter")),
    "read-unread": (_("Read, unread"), _("Mark the article or the group read or not")),
    "all-read": (_("All read"), _("Mark everything in the list as read")),
    "older-read": (_("Older read"), _("Mark all that is older than the article as read")),
    "rest-read": (_("Rest read"), _("Mark the rest of the group as read, below the row")),
    "story-read": (_("Story read"), _("Mark the others of its story as read")),
    "favourite": (_("Favourite"), _("Mark the article as a favourite or not")),
    "read-later": (_("Read later"), _("Put the article aside to read later")),
    "own-tag": (_("Own tag"), _("Set or remove a tag of your own")),
    "undo": (_("Undo"), _("Take back the last mark")),
    "redo": (_("Redo"), _("Repeat the mark that was taken back")),
    "back-to-the-list": (_("Back to the list"), _("From the reading pane to the list")),
    "other-pane": (_("Other pane"), _("Go to the other pane")),
    "reading-pane-alone": (_("Reading pane alone"), _("Hide the list, or show it again")),
    "narrower-list": (_("Narrower list"), _("Make the list narrower")),
    "wider-list": (_("Wider list"), _("Make the list wider")),
    "width-of-text": (_("Width of text"), _("Longer lines of text, and short ones again")),
    "sync": (_("Sync"), _("Ask the sources for news, while you read on")),
    "sources": (_("Sources"), _("How each source is doing, and what to do")),
    "group-by": (_("Group by"), _("By category, latest first, by source, by story, or none")),
    "newly-arrived": (_("Newly arrived"), _("Go to what the last sync brought")),
    "lines-of-a-row": (_("Lines of a row"), _("One line, two lines, or a description")),
    "help": (_("Help"), _("All keys and the query language")),
    "quit": (_("Quit"), _("Leave cryptoread")),
}
"""Names and tooltips of the bindings, by id. The ids are the English names."""


def _key(id: str, keys: str, action: str, group: Binding.Group) -> Binding:
    name, tooltip = _TEXTS[id]
    return Binding(keys, action, name, tooltip=tooltip, id=f"reader.{id}", group=group)


READER_KEYS: list[BindingType] = [
    _key("read-on", "space", "read_on", _READ),
    _key("next-article", "J", "neighbour(1)", _READ),
    _key("previous-article", "K", "neighbour(-1)", _READ),
    _key("next-unread", "n", "neighbour(1, True)", _READ),
    _key("previous-unread", "N", "neighbour(-1, True)", _READ),
    _key("previous-heading", "left_square_bracket", "heading(-1)", _READ),
    _key("next-heading", "right_square_bracket", "heading(1)", _READ),
    _key("headings", "left_curly_bracket", "headings", _READ),
    _key("cover-image", "i", "cover", _READ),
    _key("original", "o", "original", _READ),
    _key("full-text", "F", "full_text", _READ),
    _key("other-language", "T", "twin", _READ),
    _key("earlier-of-the-story", "left_parenthesis", "teller(-1)", _READ),
    _key("later-of-the-story", "right_parenthesis", "teller(1)", _READ),
    _key("briefing", "w", "briefing", _READ),
    _key("related-articles", "e", "related", _READ),
    _key("copy-link", "y", "copy_link", _READ),
    _key("export", "E", "export", _READ),
    _key("copy-markdown", "Y", "copy_markdown", _READ),
    *(
        Binding(
            str(digit),
            f"cycle_digit({digit})",
            _("Tag {number}").format(number=digit),
            tooltip=_("Tag {number} of the bar: include, exclude, off").format(number=digit),
            id=f"reader.tag-{digit}",
            group=_FILTER,
        )
        for digit in range(1, 10)
    ),
    _key("search", "slash", "search", _FILTER),
    _key("views", "apostrophe", "views", _FILTER),
    _key("save-view", "a", "save_view", _FILTER),
    _key("all-tags", "t", "pick_tags", _FILTER),
    _key("positive", "plus", "sentiment('positive')", _FILTER),
    _key("negative", "minus", "sentiment('negative')", _FILTER),
    _key("neutral", "equals_sign", "sentiment('neutral')", _FILTER),
    _key("any-sentiment", "0", "sentiment(None)", _FILTER),
    _key("next-language", "L", "next_language", _FILTER),
    _key("mood", "d", "mood", _FILTER),
    _key("drop-last-filter", "escape", "back", _FILTER),
    _key("clear-filters", "x", "clear", _FILTER),
    _key("read-unread", "m", "toggle_read", _MARK),
    _key("all-read", "M", "all_read", _MARK),
    _key("older-read", "O", "older_read", _MARK),
    _key("rest-read", "D", "rest_read", _MARK),
    _key("story-read", "R", "story_read", _MARK),
    _key("favourite", "f", "toggle_favourite", _MARK),
    _key("read-later", "b", "toggle_later", _MARK),
    _key("own-tag", "number_sign", "own_tag", _MARK),
    _key("undo", "u", "undo", _MARK),
    _key("redo", "U", "redo", _MARK),
    _key("back-to-the-list", "h,left", "to_list", _SCREEN),
    _key("other-pane", "tab", "other_pane", _SCREEN),
    _key("reading-pane-alone", "z", "zoom", _SCREEN),
    _key("narrower-list", "less_than_sign", "resize(-1)", _SCREEN),
    _key("wider-list", "greater_than_sign", "resize(1)", _SCREEN),
    _key("width-of-text", "W", "column", _SCREEN),
    _key("sync", "r", "sync", _SCREEN),
    _key("sources", "S", "sources", _SCREEN),
    _key("group-by", "s", "regroup", _SCREEN),
    _key("newly-arrived", "A", "newly_arrived", _SCREEN),
    _key("lines-of-a-row", "c", "next_density", _SCREEN),
    _key("help", "question_mark,f1", "help", _SCREEN),
    _key("quit", "q", "app.quit", _SCREEN),
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
    "views.remove": "delete",
}
"""Keys of other parts of the screen that are named in hints and messages."""

NEXT = "reader.next-unread"
PREVIOUS = "reader.previous-unread"

_NEXT = _hint(NEXT, "n", pgettext("key line", "next unread"), "neighbour(1, True)")
_QUIT = _hint("reader.quit", "q", pgettext("key line", "quit"), "app.quit")
_HELP = _hint("reader.help", "?", pgettext("key line", "help"), "help")

_READ_ON = _hint("reader.read-on", "Space", pgettext("key line", "read on"), "read_on")

LIST_KEYS = (
    _READ_ON,
    _hint("sidebar.down sidebar.up", "j k", pgettext("key line", "move")),  # not shown: ids
    _hint("sidebar.open", "Enter", pgettext("key line", "open"), "open"),
    _NEXT,
    _hint("reader.search", "/", pgettext("key line", "search"), "search"),
    _hint("reader.briefing", "w", pgettext("key line", "briefing"), "briefing"),
    _hint("reader.tag-1 reader.tag-9", "1-9", pgettext("key line", "tags")),
    _hint("reader.all-tags", "t", pgettext("key line", "all tags"), "pick_tags"),
    _hint(
        "reader.positive reader.negative reader.neutral",  # not shown: ids
        "+ - =",
        pgettext("key line", "sentiment"),
    ),
    _hint("reader.clear-filters", "x", pgettext("key line", "clear"), "clear"),
    _hint("reader.read-unread", "m", pgettext("key line", "read"), "toggle_read"),
    _hint("reader.next-language", "L", pgettext("key line", "language"), "next_language"),
    _hint("reader.group-by", "s", pgettext("key line", "group"), "regroup"),
    _hint("reader.lines-of-a-row", "c", pgettext("key line", "lines"), "next_density"),
    _QUIT,
    _HELP,
)
READING_KEYS = (
    _READ_ON,
    _hint("reading.down reading.up", "j k", pgettext("key line", "scroll")),  # not shown: ids
    _hint("reader.other-pane", "Tab", pgettext("key line", "list"), "other_pane"),
    _hint(
        "reader.next-article reader.previous-article",  # not shown: ids
        "J K",
        pgettext("key line", "next, previous"),
        "neighbour(1)",
    ),
    _NEXT,
    _hint("reader.briefing", "w", pgettext("key line", "briefing"), "briefing"),
    _hint("reading.find", "/", pgettext("key line", "find"), "screen.find"),
    _hint("reader.cover-image", "i", pgettext("key line", "cover"), "cover"),
    _hint("reader.original", "o", pgettext("key line", "original, links"), "original"),
    _hint("reader.copy-link", "y", pgettext("key line", "copy link"), "copy_link"),
    _hint("reader.favourite", "f", pgettext("key line", "favourite"), "toggle_favourite"),
    _hint("reader.reading-pane-alone", "z", pgettext("key line", "alone"), "zoom"),
    _QUIT,
    _HELP,
)
BRIEFING_KEYS = (
    _hint("briefing.down briefing.up", "j k", pgettext("key line", "move")),  # not shown: ids
    _hint("briefing.open", "Enter", pgettext("key line", "open"), "choose"),
    _hint("briefing.caught-up", "M", pgettext("key line", "caught up"), "catch_up"),
    _hint("reader.briefing", "w", pgettext("key line", "back"), "briefing"),
    _hint("reader.other-pane", "Tab", pgettext("key line", "list"), "other_pane"),
    _NEXT,
    _hint("reader.undo", "u", pgettext("key line", "undo"), "undo"),
    _hint("reader.reading-pane-alone", "z", pgettext("key line", "alone"), "zoom"),
    _QUIT,
    _HELP,
)


def keys_of_pane(*, is_list: bool, is_briefing: bool) -> Sequence[KeyHint]:
    """Return the keys of the list, else of what is right of it."""
    if is_list:
        return LIST_KEYS
    return BRIEFING_KEYS if is_briefing else READING_KEYS


def reading_hint(keymap: Mapping[str, str]) -> str:
    """Return what stands in the reading pane while there is nothing else, with the user's keys."""
    return _(
        "{open} opens the article under the cursor. {read_on} reads on: page by page, "
        "then the next unread article. {help} shows all keys."
    ).format(
        open=key_of("sidebar.open", keymap),
        read_on=key_of("reader.read-on", keymap),
        help=key_of("reader.help", keymap),
    )


NOT_OPEN = _("no article is open; {open} opens the one under the cursor")


def not_open(keymap: Mapping[str, str]) -> str:
    """Return what is said where a key is about the open article and none is open."""
    return NOT_OPEN.format(open=key_of("sidebar.open", keymap))


def sample_banner(keymap: Mapping[str, str]) -> str:
    """Return what stands above the sample articles, with the user's keys."""
    said = _("Sample articles. {sync} brings news. For your own, quit and run cryptoread import")
    return said.format(sync=key_of("reader.sync", keymap))


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
