"""What Amazon Redshift has in place of a source's features.

Sources: Amazon Redshift Developer Guide, "Unsupported PostgreSQL features", "Defining constraints", "Quotas and limits",
"Character types", "Collation sequences", "Creating materialized views", "Creating stored procedures", "Creating user-defined
functions"; Management Guide, "Amazon Redshift Serverless billing".
"""

from __future__ import annotations

from warehousebench.engines.common.counterparts import OBJECTS, Counterparts, Feature, Traits, as_is, by_hand, changed
from warehousebench.engines.redshift.sql import translate
from warehousebench.engines.redshift.types import (
    RESERVED,
    SUPER_BYTES,
    SYSTEM_COLUMNS,
    VARBYTE_BYTES,
    VARCHAR_BYTES,
    quote,
    target,
)
from warehousebench.model.assessment import Effort

TRAITS = Traits(
    managed=True,
    self_run=False,
    metered=True,
    equal_nodes=False,
    layouts=1,
    enforces=frozenset(),
    languages=("SQL", "Python or any other language in AWS Lambda"),
    documents=True,
    copies=1,
    survives="the service replaces a failed node, and the data lie in managed storage on S3",
)

FEATURES = {
    Feature.KEYS: as_is("keys are declared and not enforced, and the planner trusts them", "Check them with every load."),
    Feature.FOREIGN_KEYS: as_is(
        "foreign keys are declared and not enforced, and the planner trusts them", "Check them with every load."
    ),
    Feature.CHECKS: changed(Effort.SIMPLE, "there are no CHECK constraints", "Test the condition when loading."),
    Feature.DEFAULTS: as_is("defaults are left out: loads bring every value"),
    Feature.GENERATED: changed(
        Effort.SIMPLE, "there are no generated columns: values are copied", "Compute them when loading, or in a view."
    ),
    Feature.IDENTITY: as_is("numbered by the source; a plain column here, so that its values can be loaded"),
    Feature.CASELESS: changed(
        Effort.MEDIUM,
        "the source compares without case, and text is compared byte by byte here unless the column says otherwise",
        "Add COLLATE CASE_INSENSITIVE to the column, or compare lower-case text in queries and joins.",
    ),
    Feature.COLLATION: as_is("text sorts by its bytes, not by the source's collation", "Sort for display in the client."),
    Feature.PARTITIONS: as_is("tables have no partitions; a sort key that starts with the same column skips blocks instead"),
}

PRODUCT = Counterparts(
    name="Amazon Redshift",
    target=target,
    quote=quote,
    translate=translate,
    reserved=RESERVED,
    refused=SYSTEM_COLUMNS,
    columns=1_600,
    text_bytes=VARCHAR_BYTES,
    binary_bytes=VARBYTE_BYTES,
    document_bytes=SUPER_BYTES,
    integers={
        "SMALLINT": (-(2**15), 2**15 - 1),
        "INTEGER": (-(2**31), 2**31 - 1),
        "BIGINT": (-(2**63), 2**63 - 1),
    },
    folds="names are stored in lower case, quoted or not, unless enable_case_sensitive_identifier is on",
    pads=True,
    traits=TRAITS,
    features=FEATURES,
    objects=OBJECTS
    | {
        "trigger": by_hand(Effort.MEDIUM, "there are no triggers", "Move what it does into the loads, or leave it in the source."),
        "function": by_hand(
            Effort.MEDIUM,
            "a function is one SQL expression or runs in AWS Lambda; Python inside Redshift ended on 2026-06-30",
            "Write it as an SQL function if it is an expression; see: warehousebench functions",
        ),
        "procedure": by_hand(Effort.SIGNIFICANT, "procedures are PL/pgSQL here", "Write it anew, if the warehouse needs it."),
    },
    materialized=changed(Effort.SIMPLE, "there are materialized views", "Say when it is refreshed, and test its restrictions."),
)
