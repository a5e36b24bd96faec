"""The pictures in `docs/pictures`: the program's own export of its screens, at a fixed time."""
