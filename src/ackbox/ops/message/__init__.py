"""message.*"""
