"""SQL: named statements, schema, migrations."""
