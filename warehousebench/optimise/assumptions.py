"""What the model takes for granted, in words for whoever has to believe its figures."""

from __future__ import annotations

ASSUMPTIONS = (
    "Bytes are not seconds. Nothing was run on the product.",
    "Joins keep the order that DuckDB chose on one machine; a product may choose another one for its own distribution.",
    "Row counts of every step were measured on the data given. For other table sizes they grow with the tables they come from; "
    "selectivities and join orders stay.",
    "A redistributed row leaves its node with probability (nodes - 1) / nodes; a broadcast sends every row to all other nodes. "
    "What the client receives costs the same under all designs and is not counted.",
    "Only columns that are needed further up travel, at their mean width.",
    "Zone maps hold the smallest and the largest value per block and column. Blocks are cut by raw width on a sample of the rows, "
    "scaled to the size designed for. A filter on a joined table narrows the join key to the range of its matching keys.",
    "Where a table is stored more than once, each scan takes the copy with which its query reads and moves the fewest bytes "
    "together. A live aggregate stands in for the same groups of the same table only, and is read whole. "
    "Whether the product's own optimizer takes the same copies was not checked.",
    "Encodings are sized by encoding sampled slices of the sort order. AZ64 is a proxy, since it is proprietary; entropy codes "
    "count at their theoretical bound.",
    "The products' hash functions are not published: skew is a range over several hash functions.",
)
