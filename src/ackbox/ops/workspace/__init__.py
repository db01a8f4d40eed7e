"""workspace.*"""
