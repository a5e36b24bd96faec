"""Faults on purpose: kills at every write, damage, full disks, locks. Nothing may be lost."""
