"""The page a planner opens: what customers demand, how strongly, and in which words."""

from voctext.report.page import render

__all__ = ["render"]
