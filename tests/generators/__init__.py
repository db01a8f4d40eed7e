"""Whether public generators of clients make working clients from our OpenAPI document."""
