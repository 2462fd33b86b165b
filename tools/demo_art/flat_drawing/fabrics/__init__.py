"""Cloth as functions of (u, v), the coordinates across and along the grain."""
