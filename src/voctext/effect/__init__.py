"""Did it help: treated customers against others, from exports or from plain counts."""

from voctext.effect.contrast import Rate, RateEffect, ShareEffect, rate_effect, share_effect
from voctext.effect.measure import DemandEffect, effect, satisfaction, satisfied
from voctext.statistics.proportions import Effect, Share

__all__ = [
    "DemandEffect",
    "Effect",
    "Rate",
    "RateEffect",
    "Share",
    "ShareEffect",
    "effect",
    "rate_effect",
    "satisfaction",
    "satisfied",
    "share_effect",
]
