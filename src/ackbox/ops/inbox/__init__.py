"""inbox.*"""
