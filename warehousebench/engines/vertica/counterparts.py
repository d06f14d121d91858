"""What Vertica has in place of a source's features.

Sources: Vertica documentation, "Constraints", "Constraint enforcement", "System limits", "Projections", "Partitioning tables",
"Stored procedures", "Developing user-defined extensions (UDxs)", "CREATE SEQUENCE", "K-safety".
"""

from __future__ import annotations

from warehousebench.engines.common.counterparts import OBJECTS, Counterparts, Feature, Traits, as_is, by_hand, changed
from warehousebench.engines.vertica.sql import translate
from warehousebench.engines.vertica.types import LEAST_INTEGER, LONG_BYTES, RESERVED, quote, target
from warehousebench.model.assessment import Effort

TRAITS = Traits(
    managed=False,
    self_run=True,
    metered=False,
    equal_nodes=True,
    layouts=None,
    enforces=frozenset({Feature.KEYS, Feature.CHECKS}),
    languages=("SQL", "C++", "Java", "Python", "R"),
    documents=False,
    copies=2,
    survives="K-safety 1 keeps a second projection of every segment on another node, so the loss of any one node stops nothing",
)

FEATURES = {
    Feature.KEYS: as_is(
        "keys are declared DISABLED, and the planner trusts them; they can be enforced",
        "ENABLE them, or check them with every load.",
    ),
    Feature.FOREIGN_KEYS: as_is(
        "foreign keys are never enforced, and a join on a broken one fails when it runs", "Check them with every load."
    ),
    Feature.CHECKS: changed(
        Effort.SIMPLE,
        "there are CHECK constraints, which the script leaves out",
        "Add them, ENABLED or DISABLED, where you need them.",
    ),
    Feature.DEFAULTS: as_is("defaults are left out: loads bring every value"),
    Feature.GENERATED: changed(
        Effort.SIMPLE,
        "computed in the source; a plain column here, its values are copied",
        "Give the column a DEFAULT or SET USING expression if rows are added here.",
    ),
    Feature.IDENTITY: as_is("numbered by the source; a plain column here, since values cannot be loaded into an IDENTITY column"),
    Feature.CASELESS: changed(
        Effort.MEDIUM,
        "the source compares without case, and text is compared as it is written here",
        "Compare lower-case text in queries and joins, or store it so.",
    ),
    Feature.COLLATION: as_is(
        "text sorts by the session's locale, not by the source's collation", "Set the locale where it matters."
    ),
    Feature.PARTITIONS: changed(
        Effort.SIMPLE, "the script does not partition the table", "Add PARTITION BY if old rows are dropped by the partition."
    ),
}

PRODUCT = Counterparts(
    name="Vertica",
    target=target,
    quote=quote,
    translate=translate,
    reserved=RESERVED,
    refused=frozenset(),
    columns=9_800,
    text_bytes=LONG_BYTES,
    binary_bytes=LONG_BYTES,
    document_bytes=None,
    integers={"INTEGER": (LEAST_INTEGER, 2**63 - 1)},
    folds="",
    pads=False,
    traits=TRAITS,
    features=FEATURES,
    objects=OBJECTS
    | {
        "trigger": by_hand(
            Effort.MEDIUM, "triggers run on a schedule here, not on changed rows", "Move what it does into the loads."
        ),
        "function": by_hand(
            Effort.MEDIUM,
            "a function is one SQL expression or an extension in C++, Java, Python or R",
            "Write it as an SQL function if it is an expression; see: warehousebench functions",
        ),
        "procedure": by_hand(Effort.SIGNIFICANT, "procedures are PL/vSQL here", "Write it anew, if the warehouse needs it."),
        "sequence": as_is("rows that are loaded bring their numbers", "CREATE SEQUENCE, if rows are numbered here."),
    },
    materialized=by_hand(
        Effort.MEDIUM, "there are no materialized views", "Design a live aggregate projection, or fill a table with each load."
    ),
)
