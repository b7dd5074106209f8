"""A demand as one row of plain values, for files and data frames."""

from voctext.demand.demand import Demand
from voctext.records import Intent
from voctext.taxonomy import Taxonomy

DEMAND_COLUMNS = (
    "rank", "topic", "topic_name", "perception", "cause", "strength", "strength_low", "strength_high", "tier",
    "rank_low", "rank_high", "top_probability", "episodes", "tickets", "customers", "share", "share_low",
    "share_high", "customer_share", "customer_share_low", "customer_share_high", "rate", "rate_low",
    "rate_high", "intensity", "repeat", "repeat_measured", "unresolved", "unresolved_measured",
    *Intent, "complaint_share", "quotes",
)  # fmt: skip


def demand_row(demand: Demand, taxonomy: Taxonomy, *, lang: str) -> dict[str, object]:
    """Flatten *demand* into the columns of the demands file."""
    topic = taxonomy[demand.topic]
    estimates = {
        "strength": demand.strength,
        "share": demand.share,
        "customer_share": demand.customer_share,
        "rate": demand.rate,
    }
    row: dict[str, object] = {
        "rank": demand.rank,
        "topic": demand.topic,
        "topic_name": topic.name(lang),
        "perception": demand.perception.value,
        "cause": topic.cause,
        "tier": demand.tier,
        "rank_low": demand.rank_interval[0],
        "rank_high": demand.rank_interval[1],
        "top_probability": round(demand.top, 4),
        "episodes": demand.episodes,
        "tickets": demand.tickets,
        "customers": demand.customers,
        "intensity": round(demand.intensity.value, 4),
        "complaint_share": round(demand.complaint_share, 4),
        "quotes": " ‖ ".join(quote.text for quote in demand.quotes),
    }
    for name, (value, low, high) in estimates.items():
        row |= {name: round(value, 4), f"{name}_low": round(low, 4), f"{name}_high": round(high, 4)}
    for name, factor in (("repeat", demand.repeat), ("unresolved", demand.unresolved)):
        row |= {name: round(factor.value, 4), f"{name}_measured": factor.measured}
    return row | {intent.value: count for intent, count in demand.intents.items()}
