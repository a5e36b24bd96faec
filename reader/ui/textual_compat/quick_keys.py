"""Find the binding of a key without asking every node on the way whether it consumes the key."""

from textual.binding import BindingsMap
from textual.dom import DOMNode
from textual.screen import Screen

from reader.ui.textual_compat.failures import Guarded


class QuickKeys(Guarded, Screen[None]):
    """A screen that looks up bindings in a fraction of the time.

    At each key Textual asks each node twice, for each binding above it, whether the node consumes
    that binding's key. Only inputs do.
    """

    # Private: Textual computes it for every key; a cached `Screen.active_bindings` would do.
    @property
    def _binding_chain(self) -> list[tuple[DOMNode, BindingsMap]]:
        nodes = self.focused.ancestors_with_self if self.focused else []
        if not nodes or any(_consumes_keys(node) for node in nodes) or self.app._keymap:
            return super()._binding_chain
        return [(node, node._bindings) for node in nodes]


def _consumes_keys(node: DOMNode) -> bool:
    return type(node).check_consume_key is not DOMNode.check_consume_key
