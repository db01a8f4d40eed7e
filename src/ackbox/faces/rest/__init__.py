"""REST: routes, OpenAPI, dialects' routes, webhooks."""
