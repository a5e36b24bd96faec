"""Generators of inputs for a target: atheris, guided by coverage, or hypothesis."""

import argparse
import sys
import tempfile
import time
import traceback
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from random import Random

LONGEST = 4_096
"""Bytes of an input."""

HANG_S = 10
"""Seconds after which an input counts as one that hangs."""

SEEDS = Path(__file__).with_name("seeds")


def seeds(target: str) -> list[Path]:
    """Inputs of the target that ship with the tests: to begin with, and to stay mended."""
    return sorted((SEEDS / target).iterdir())


def with_atheris(options: argparse.Namespace) -> int:
    """Does not return: libFuzzer ends the process."""
    import atheris

    import reader

    with atheris.instrument_imports(include=["reader"]):
        from tests.fuzz.targets import TARGETS

        # What is imported only when it is needed, later, would not be instrumented.
        for module in iter_modules(reader.formats.__path__):
            import_module(f"reader.formats.{module.name}")

    options.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        corpus = options.corpus or Path(temporary)
        corpus.mkdir(parents=True, exist_ok=True)
        flags = [
            f"-max_total_time={options.seconds}",
            f"-seed={options.seed}",
            f"-timeout={HANG_S}",
            f"-max_len={LONGEST}",
            f"-artifact_prefix={options.to}/{options.target}-",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
        ]
        words = [sys.argv[0], *flags, str(corpus), str(SEEDS / options.target)]
        atheris.Setup(words, TARGETS[options.target])
        atheris.Fuzz()
    return 0


def with_hypothesis(options: argparse.Namespace) -> int:
    """Bytes made up by hypothesis, and the seeds with some of their bytes changed."""
    from hypothesis import HealthCheck, given, seed, settings
    from hypothesis import strategies as st

    from tests.fuzz.targets import TARGETS

    target = TARGETS[options.target]
    known = [path.read_bytes() for path in seeds(options.target)]
    last = b""
    end, tried, number = time.monotonic() + options.seconds, 0, options.seed
    changed = st.builds(_changed, st.sampled_from(known), st.integers(0, 2**32))
    made = st.one_of(st.binary(max_size=300), st.text().map(_bytes), changed)

    while time.monotonic() < end:

        @seed(number)
        @settings(
            max_examples=200,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(made)
        def run(data: bytes) -> None:
            nonlocal tried, last
            if time.monotonic() > end:
                return
            last, tried = data, tried + 1
            target(data)

        try:
            run()
        except Exception:  # noqa: BLE001 - any of them is a find
            traceback.print_exc()
            options.to.mkdir(parents=True, exist_ok=True)
            name = f"{options.target}-{sha256(last).hexdigest()[:12]}"
            (options.to / name).write_bytes(last)
            print(f"written to {options.to / name}", file=sys.stderr)
            return 1
        number += 1
    print(f"{options.target}: {tried} inputs passed (hypothesis)")
    return 0


def replay(options: argparse.Namespace) -> int:
    """Try one input again; the error is that of the target."""
    from tests.fuzz.targets import TARGETS

    TARGETS[options.target](options.replay.read_bytes())
    print("as it should be")
    return 0


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape" if text.isascii() else "replace")


def _changed(data: bytes, number: int) -> bytes:
    """The same bytes with a few of them changed, dropped, doubled or moved."""
    random, made = Random(number), bytearray(data)
    for _ in range(random.randint(1, 6)):
        at = random.randint(0, len(made))
        piece = bytes(made[at : at + random.randint(0, 12)])
        match random.randrange(4):
            case 0:
                made[at:at] = random.randbytes(random.randint(1, 4))
            case 1:
                del made[at : at + len(piece)]
            case 2:
                made[at:at] = piece * random.randint(1, 8)
            case _:
                other = random.randint(0, len(made))
                made[other:other] = piece
    return bytes(made[:LONGEST])
