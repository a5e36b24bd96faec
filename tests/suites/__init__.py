"""Run suites of other projects, and small bundled ones, through the real program."""
