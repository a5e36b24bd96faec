"""Find damage, rebuild derived data, restore the rest."""
