"""Public clients of other systems, unchanged, against ackbox: `make clients`."""
