"""Pages of the dashboard: what each loads, and its text twin."""
