"""The merchant's pages.

A merchant reaches the own garments only (anything else is a 404), and no shopper's
photo or look at all.
"""
