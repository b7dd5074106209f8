"""How strongly each demand is felt: findings counted by episode, with their uncertainty."""

from voctext.demand.demand import Demand
from voctext.demand.table import DemandTable
from voctext.demand.tally import Quote
from voctext.statistics.estimate import Estimate, Factor, wilson

__all__ = ["Demand", "DemandTable", "Estimate", "Factor", "Quote", "wilson"]
