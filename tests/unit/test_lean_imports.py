"""Stand-ins for modules while others are imported: gone afterwards, and real when they are used."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import reader
from reader.lean_imports import late, standing_in

ADDRESSES = """
import sys
from reader.lean_imports import late, standing_in
with standing_in("ipaddress", late("ipaddress")):
    import urllib.parse
print("ipaddress" in sys.modules)
print(urllib.parse.urlsplit("http://[::1]:80/").hostname)
try:
    urllib.parse.urlsplit("http://[::x]/")
except ValueError:
    print("refused")
import ipaddress
print(ipaddress.ip_address("127.0.0.1").is_loopback, "ipaddress" in sys.modules)
"""


def test_a_late_module_is_loaded_when_it_is_needed() -> None:
    ran = subprocess.run(
        [sys.executable, "-S", "-c", ADDRESSES],
        cwd=Path(reader.__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout.splitlines() == ["False", "::1", "refused", "True True"]


def test_a_loaded_module_is_not_replaced() -> None:
    with standing_in("subprocess", None):
        assert sys.modules["subprocess"] is subprocess


def test_a_missing_module_is_found_again_afterwards() -> None:
    with standing_in("antigravity", None), pytest.raises(ImportError, match="antigravity"):
        import_module("antigravity")
    assert "antigravity" not in sys.modules


def test_a_late_module_that_is_asked_while_it_stands_in_makes_room_for_the_real_one() -> None:
    sys.modules.pop("colorsys", None)
    with standing_in("colorsys", late("colorsys")):
        import colorsys

        assert colorsys.rgb_to_hsv(0, 0, 0) == (0.0, 0.0, 0)
    assert sys.modules["colorsys"] is not colorsys
