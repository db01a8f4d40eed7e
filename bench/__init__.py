"""Benchmarks: ratios taken in one run, one script for each goal.

Explained in docs/reference/benchmarks.md.
"""
