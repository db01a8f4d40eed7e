"""The nouns: frozen structs that parse, validate and print; no I/O, no clock."""
