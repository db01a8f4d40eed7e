"""MCP: tools, resources, prompts."""
