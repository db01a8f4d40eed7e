"""note.*"""
