"""End-to-end encryption of sealed workspaces: bytes in, bytes out.

No I/O, no clock, no store. Explained in docs/why/sealed.md.
"""
