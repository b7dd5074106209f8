"""How strongly each demand is felt: findings counted by episode, with their uncertainty."""

from voctext.demand.estimate import Estimate, Factor, wilson
from voctext.demand.table import Demand, DemandTable
from voctext.demand.tally import Quote

__all__ = ["Demand", "DemandTable", "Estimate", "Factor", "Quote", "wilson"]
