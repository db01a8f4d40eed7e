"""What the project is made with: its generated pages, pictures and vendored files."""
