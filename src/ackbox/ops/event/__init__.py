"""event.*"""
