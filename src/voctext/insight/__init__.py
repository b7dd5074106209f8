"""What an export tells besides how strong each demand is: alerts, resolution, words, new topics, people."""

from voctext.insight.insights import Gatherer, Insights

__all__ = ["Gatherer", "Insights"]
