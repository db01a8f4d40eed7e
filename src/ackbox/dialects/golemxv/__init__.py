"""GolemXV."""
