"""program.*: what an agent program reports by its hooks, and what it is given to show its model."""
