"""Two names in one question: "what has ICE paid Clearview AI" means a buyer and a seller."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from dashboard.data.opening import Build, ask
from dashboard.data.suggest import Suggestion, by_name

# Words of a question that are no part of a name.
_ASKING = frozenset(
    "a an and are at bought buy buys did do does for from has have how in is much many of on"
    " pay paid pays show spend spent that the to was what who with".split()
)
# A name is looked for in all ways to cut the words in two: more words are no two names.
_MOST_WORDS = 8
_MOST_NAMES = 2
_BUYERS = ("agency", "place")
_SOLD = ("vendor", "technology")


@dataclass(frozen=True)
class Pair:
    """A buyer, and a vendor, maker or technology, with the counted purchases that have both.

    `role` is the filter that the second is: `vendor`, `maker` or `technology`.
    """

    buyer: Suggestion
    sold: Suggestion
    role: str
    purchases: int


_BOTH = """
    with asked as (
        select unnest($buyers) as buyer, unnest($kinds) as kind, unnest($sold) as sold,
            unnest($roles) as role
    )
    select buyer, kind, sold, role, count(*) as purchases
    from asked join mart.purchase on is_counted and record_kind <> 'idv'
        and case kind when 'agency' then agency_id else place_id end = buyer
        and case role when 'vendor' then vendor_id when 'maker' then maker_id
            else technology end = sold
    group by all
"""


@lru_cache(maxsize=2048)
def pairs(build: Build, text: str, most: int = 3) -> tuple[Pair, ...]:
    """Return buyers and what they bought, where a text names both and purchases have both.

    The names nearest to the text first, then the most purchases. Empty where the text is one name.
    """
    words = [word.strip("?!,;:'\u2019\u201c\u201d\"") for word in text.casefold().split()]
    words = [word for word in words if word and word not in _ASKING]
    if not 1 < len(words) <= _MOST_WORDS or by_name(build, " ".join(words)):
        return ()
    found: dict[tuple[str, str, str, str], tuple[int, Suggestion, Suggestion]] = {}
    for cut in range(1, len(words)):
        halves = [by_name(build, " ".join(half)) for half in (words[:cut], words[cut:])]
        for one, other in (halves, halves[::-1]):
            buyers = [each for each in one if each[1].kind in _BUYERS][:_MOST_NAMES]
            sold = [each for each in other if each[1].kind in _SOLD][:_MOST_NAMES]
            for rank, buyer in buyers:
                for rank_sold, seller in sold:
                    roles = ("vendor", "maker") if seller.kind == "vendor" else ("technology",)
                    for role in roles:
                        key = (buyer.id, buyer.kind, seller.id, role)
                        found.setdefault(key, (rank + rank_sold, buyer, seller))
    if not found:
        return ()
    rows = ask(
        build,
        _BOTH,
        buyers=[key[0] for key in found],
        kinds=[key[1] for key in found],
        sold=[key[2] for key in found],
        roles=[key[3] for key in found],
    )
    ranked = []
    for row in rows:
        rank, buyer, seller = found[row["buyer"], row["kind"], row["sold"], row["role"]]
        pair = Pair(buyer, seller, row["role"], row["purchases"])
        # What it sold itself stands before what others sold of its making.
        ranked.append((rank, pair.role == "maker", -pair.purchases, buyer.name, pair))
    ranked.sort(key=lambda each: each[:4])
    return tuple(_once(pair for *_, pair in ranked))[:most]


def _once(every: Iterable[Pair]) -> list[Pair]:
    """Leave out a maker whose purchases are those that it sold itself."""
    kept: list[Pair] = []
    for pair in every:
        same = [k for k in kept if (k.buyer.id, k.sold.id) == (pair.buyer.id, pair.sold.id)]
        if not same or pair.purchases > same[0].purchases:
            kept.append(pair)
    return kept
