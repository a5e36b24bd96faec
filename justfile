# What is done often, by name: `just`, then `just NAME`.

_default:
    @just --list

# Open the reader on the sample articles or your own.
open *ARGS:
    ./run {{ARGS}}

# The tests, quickly; all of them: just test --full
test *ARGS:
    ./run test {{ARGS}}

# Format, lint, types, layers, and what the plan of the code keeps at zero.
check:
    ruff format .
    ruff check --fix .
    mypy
    lint-imports
    python -m tests.house

# The whole check from a fresh environment, as CI runs it.
ci:
    .ci/run

# Whole-process times, side by side: just bench paint tag --sizes 11k
bench *ARGS:
    python -m tests.benchmarks {{ARGS}}

# The documentation, built as strictly as in CI.
docs:
    python -m tests.docs --check
    zensical build --strict
