"""webhook_out: messages are reported to other systems."""
