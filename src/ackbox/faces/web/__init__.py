"""The dashboard: pages for people who watch and take part."""
