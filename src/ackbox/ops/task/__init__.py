"""task.*"""
