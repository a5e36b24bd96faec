"""Injected faults: kills at every write, damage, full disks, locks. Nothing may be lost."""
