"""Fuzzing: properties of any input, tried on generated inputs."""
