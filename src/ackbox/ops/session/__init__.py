"""session.*"""
