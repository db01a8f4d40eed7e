"""All that is durable: engines, named statements, and the store that operations ask."""
