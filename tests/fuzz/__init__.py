"""Fuzzing: what must hold of any input, tried on inputs that a machine makes up."""
