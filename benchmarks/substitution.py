"""TPC-H's queries with other parameters: every literal of the validation queries replaced by a drawn value.

Ranges and lists are those of the TPC-H specification, clauses 2.4.1.3 to 2.4.22.3 and 4.2.2.13 (lists of strings).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random

from warehousebench.workload.suite import SuiteQuery

NATIONS = {
    "AFRICA": ("ALGERIA", "ETHIOPIA", "KENYA", "MOROCCO", "MOZAMBIQUE"),
    "AMERICA": ("ARGENTINA", "BRAZIL", "CANADA", "PERU", "UNITED STATES"),
    "ASIA": ("CHINA", "INDIA", "INDONESIA", "JAPAN", "VIETNAM"),
    "EUROPE": ("FRANCE", "GERMANY", "ROMANIA", "RUSSIA", "UNITED KINGDOM"),
    "MIDDLE EAST": ("EGYPT", "IRAN", "IRAQ", "JORDAN", "SAUDI ARABIA"),
}
NATION = tuple(sorted(nation for nations in NATIONS.values() for nation in nations))
SEGMENTS = ("AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY")
MODES = ("AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK")
TYPES = (
    ("STANDARD", "SMALL", "MEDIUM", "LARGE", "ECONOMY", "PROMO"),
    ("ANODIZED", "BURNISHED", "PLATED", "POLISHED", "BRUSHED"),
    ("TIN", "NICKEL", "BRASS", "STEEL", "COPPER"),
)
CONTAINERS = (("SM", "LG", "MED", "JUMBO", "WRAP"), ("CASE", "BOX", "BAG", "JAR", "PKG", "PACK", "CAN", "DRUM"))
WORDS = (("special", "pending", "unusual", "express"), ("packages", "requests", "accounts", "deposits"))
_COLOURS = (
    "almond antique aquamarine azure beige bisque black blanched blue blush brown burlywood burnished chartreuse chiffon chocolate "
    "coral cornflower cornsilk cream cyan dark deep dim dodger drab firebrick floral forest frosted gainsboro ghost goldenrod "
    "green grey honeydew hot indian ivory khaki lace lavender lawn lemon light lime linen magenta maroon medium metallic midnight "
    "mint misty moccasin navajo navy olive orange orchid pale papaya peach peru pink plum powder puff purple red rose rosy royal "
    "saddle salmon sandy seashell sienna sky slate smoke snow spring steel tan thistle tomato turquoise violet wheat white yellow"
)
COLOURS = tuple(_COLOURS.split())

Edits = Mapping[str, str]  # text of the validation query -> text instead, for all its occurrences


def substituted(query: SuiteQuery, seed: int) -> SuiteQuery:
    """Return ``query`` with parameters drawn for ``seed``: each query draws from a stream of its own.

    Raises ValueError if the query lacks a literal that should be replaced.
    """
    edits = DRAWN[query.name](Random(f"{seed}/{query.name}"))
    if missing := [text for text in edits if text not in query.sql]:
        raise ValueError(f"query {query.name} has no {missing[0]!r} to replace")
    # One pass, the longest first: a drawn value is never replaced again, and a literal never inside a longer one.
    pattern = "|".join(re.escape(text) for text in sorted(edits, key=lambda text: (-len(text), text)))
    return SuiteQuery(query.name, re.sub(pattern, lambda found: edits[found[0]], query.sql), query.weight)


def _year(random: Random) -> str:
    return f"{random.randint(1993, 1997)}-01-01"


def _month(random: Random, first: tuple[int, int], last: tuple[int, int]) -> str:
    """Return the first day of a month from ``first`` to ``last``, both (year, month)."""
    months = random.randint(first[0] * 12 + first[1] - 1, last[0] * 12 + last[1] - 1)
    return f"{months // 12}-{months % 12 + 1:02}-01"


def _brand(random: Random) -> str:
    return f"Brand#{random.randint(1, 5)}{random.randint(1, 5)}"


def _q02(random: Random) -> Edits:
    size, metal, region = random.randint(1, 50), random.choice(TYPES[2]), random.choice(list(NATIONS))
    return {"p_size = 15": f"p_size = {size}", "%BRASS": f"%{metal}", "EUROPE": region}


def _q03(random: Random) -> Edits:
    return {"BUILDING": random.choice(SEGMENTS), "1995-03-15": f"1995-03-{random.randint(1, 31):02}"}


def _q06(random: Random) -> Edits:
    discount, quantity = random.randint(2, 9), random.randint(24, 25)
    return {"1994-01-01": _year(random), "0.06": f"0.0{discount}", "l_quantity < 24": f"l_quantity < {quantity}"}


def _q07(random: Random) -> Edits:
    return dict(zip(("FRANCE", "GERMANY"), random.sample(NATION, 2), strict=True))


def _q08(random: Random) -> Edits:
    nation, kind = random.choice(NATION), " ".join(map(random.choice, TYPES))
    region = next(name for name, nations in NATIONS.items() if nation in nations)
    return {"'BRAZIL'": f"'{nation}'", "'AMERICA'": f"'{region}'", "ECONOMY ANODIZED STEEL": kind}


def _q12(random: Random) -> Edits:
    first, second = random.sample(MODES, 2)
    return {"('MAIL', 'SHIP')": f"('{first}', '{second}')", "1994-01-01": _year(random)}


def _q13(random: Random) -> Edits:
    return {"%special%requests%": f"%{random.choice(WORDS[0])}%{random.choice(WORDS[1])}%"}


def _q16(random: Random) -> Edits:
    sizes = ", ".join(map(str, random.sample(range(1, 51), 8)))
    kind = " ".join(map(random.choice, TYPES[:2]))
    return {"Brand#45": _brand(random), "MEDIUM POLISHED": kind, "49, 14, 23, 45, 19, 3, 36, 9": sizes}


def _q17(random: Random) -> Edits:
    return {"Brand#23": _brand(random), "MED BOX": " ".join(map(random.choice, CONTAINERS))}


def _q19(random: Random) -> Edits:
    edits = {f"Brand#{old}": _brand(random) for old in (12, 23, 34)}
    for old, low in ((1, 1), (10, 10), (20, 20)):
        new = random.randint(low, low + (9 if low == 1 else 10))
        edits |= {f"l_quantity >= {old}": f"l_quantity >= {new}", f"l_quantity <= {old} + 10": f"l_quantity <= {new} + 10"}
    return edits


def _q20(random: Random) -> Edits:
    return {"forest": random.choice(COLOURS), "1994-01-01": _year(random), "CANADA": random.choice(NATION)}


def _q22(random: Random) -> Edits:
    codes = random.sample(range(10, 35), 7)
    return {"'13', '31', '23', '29', '30', '18', '17'": ", ".join(f"'{code}'" for code in codes)}


DRAWN: Mapping[str, Callable[[Random], Edits]] = {
    "01": lambda random: {"'90' DAY": f"'{random.randint(60, 120)}' DAY"},
    "02": _q02,
    "03": _q03,
    "04": lambda random: {"1993-07-01": _month(random, (1993, 1), (1997, 10))},
    "05": lambda random: {"ASIA": random.choice(list(NATIONS)), "1994-01-01": _year(random)},
    "06": _q06,
    "07": _q07,
    "08": _q08,
    "09": lambda random: {"green": random.choice(COLOURS)},
    "10": lambda random: {"1993-10-01": _month(random, (1993, 2), (1995, 1))},
    "11": lambda random: {"GERMANY": random.choice(NATION)},
    "12": _q12,
    "13": _q13,
    "14": lambda random: {"1995-09-01": _month(random, (1993, 1), (1997, 12))},
    "15": lambda random: {"1996-01-01": _month(random, (1993, 1), (1997, 10))},
    "16": _q16,
    "17": _q17,
    # The validation query asks for 300; the range does not hold it.
    "18": lambda random: {"> 300": f"> {random.randint(312, 315)}"},
    "19": _q19,
    "20": _q20,
    "21": lambda random: {"SAUDI ARABIA": random.choice(NATION)},
    "22": _q22,
}
