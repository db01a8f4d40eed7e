"""agent.*"""
