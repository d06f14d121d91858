-- Vertica: 8 tables with 8 projections, written by warehousebench.
-- Basis: Vertica's documented rules, from the catalog, no rows and no queries given, for 4 nodes.
-- Written without a cluster: nothing in this file was run or timed on Vertica.
-- Keys are DISABLED, yet the optimizer trusts them, and a join on a foreign key that the data breaks fails.
-- Source defaults are left out: COPY brings every value. VARCHAR lengths are bytes, load with ENFORCELENGTH.

-- part
CREATE TABLE part (
    p_partkey     INTEGER       NOT NULL,
    p_name        VARCHAR(220)  NOT NULL,  -- 55 characters of up to 4 bytes
    p_mfgr        VARCHAR(100)  NOT NULL,  -- 25 characters of up to 4 bytes
    p_brand       VARCHAR(40)   NOT NULL,  -- 10 characters of up to 4 bytes
    p_type        VARCHAR(100)  NOT NULL,  -- 25 characters of up to 4 bytes
    p_size        INTEGER       NOT NULL,
    p_container   VARCHAR(40)   NOT NULL,  -- 10 characters of up to 4 bytes
    p_retailprice NUMERIC(15,2) NOT NULL,
    p_comment     VARCHAR(92)   NOT NULL,  -- 23 characters of up to 4 bytes
    PRIMARY KEY (p_partkey) DISABLED
);

-- distribution: hashed by p_partkey as partsupp is by ps_partkey, so that their join needs no network (no data
-- given: by rule) [joins of p_partkey with ps_partkey 1 (declared keys)]
-- sort: by the key (no data given: by rule)
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION part_super (
    p_partkey     ENCODING COMMONDELTA_COMP,  -- sorted unique key: few different steps
    p_name        ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    p_mfgr        ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    p_brand       ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    p_type        ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    p_size        ENCODING DELTAVAL,          -- INTEGER: differences from each block's smallest value
    p_container   ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    p_retailprice ENCODING DELTAVAL,          -- 64-bit NUMERIC: differences from each block's smallest value
    p_comment     ENCODING ZSTD_FAST_COMP     -- text without runs, as Database Designer encodes it
)
AS SELECT
    p_partkey,
    p_name,
    p_mfgr,
    p_brand,
    p_type,
    p_size,
    p_container,
    p_retailprice,
    p_comment
FROM part
ORDER BY p_partkey
SEGMENTED BY HASH(p_partkey) ALL NODES KSAFE 1;

-- region
CREATE TABLE region (
    r_regionkey INTEGER      NOT NULL,
    r_name      VARCHAR(100) NOT NULL,  -- 25 characters of up to 4 bytes
    r_comment   VARCHAR(608) NOT NULL,  -- 152 characters of up to 4 bytes
    PRIMARY KEY (r_regionkey) DISABLED
);

-- distribution: hashed by r_regionkey, its most joined column: in those joins only the other table moves (no
-- data given: by rule) [joins of r_regionkey 1 (declared keys)]
-- sort: by the key (no data given: by rule)
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION region_super (
    r_regionkey ENCODING COMMONDELTA_COMP,  -- sorted unique key: few different steps
    r_name      ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    r_comment   ENCODING ZSTD_FAST_COMP     -- text without runs, as Database Designer encodes it
)
AS SELECT
    r_regionkey,
    r_name,
    r_comment
FROM region
ORDER BY r_regionkey
SEGMENTED BY HASH(r_regionkey) ALL NODES KSAFE 1;

-- nation
CREATE TABLE nation (
    n_nationkey INTEGER      NOT NULL,
    n_name      VARCHAR(100) NOT NULL,  -- 25 characters of up to 4 bytes
    n_regionkey INTEGER      NOT NULL,
    n_comment   VARCHAR(608) NOT NULL,  -- 152 characters of up to 4 bytes
    PRIMARY KEY (n_nationkey) DISABLED
);

-- distribution: hashed by n_nationkey, its most joined column: in those joins only the other table moves (no
-- data given: by rule) [joins of n_nationkey 2 (declared keys)]
-- sort: by the key (no data given: by rule)
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION nation_super (
    n_nationkey ENCODING COMMONDELTA_COMP,  -- sorted unique key: few different steps
    n_name      ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    n_regionkey ENCODING DELTAVAL,          -- INTEGER: differences from each block's smallest value
    n_comment   ENCODING ZSTD_FAST_COMP     -- text without runs, as Database Designer encodes it
)
AS SELECT
    n_nationkey,
    n_name,
    n_regionkey,
    n_comment
FROM nation
ORDER BY n_nationkey
SEGMENTED BY HASH(n_nationkey) ALL NODES KSAFE 1;

-- customer
CREATE TABLE customer (
    c_custkey    INTEGER       NOT NULL,
    c_name       VARCHAR(100)  NOT NULL,  -- 25 characters of up to 4 bytes
    c_address    VARCHAR(160)  NOT NULL,  -- 40 characters of up to 4 bytes
    c_nationkey  INTEGER       NOT NULL,
    c_phone      VARCHAR(60)   NOT NULL,  -- 15 characters of up to 4 bytes
    c_acctbal    NUMERIC(15,2) NOT NULL,
    c_mktsegment VARCHAR(40)   NOT NULL,  -- 10 characters of up to 4 bytes
    c_comment    VARCHAR(468)  NOT NULL,  -- 117 characters of up to 4 bytes
    PRIMARY KEY (c_custkey) DISABLED
);

-- distribution: hashed by c_custkey, its most joined column: in those joins only the other table moves (no data
-- given: by rule) [joins of c_custkey 1 (declared keys)]
-- sort: by the key (no data given: by rule)
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION customer_super (
    c_custkey    ENCODING COMMONDELTA_COMP,  -- sorted unique key: few different steps
    c_name       ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    c_address    ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    c_nationkey  ENCODING DELTAVAL,          -- INTEGER: differences from each block's smallest value
    c_phone      ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    c_acctbal    ENCODING DELTAVAL,          -- 64-bit NUMERIC: differences from each block's smallest value
    c_mktsegment ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    c_comment    ENCODING ZSTD_FAST_COMP     -- text without runs, as Database Designer encodes it
)
AS SELECT
    c_custkey,
    c_name,
    c_address,
    c_nationkey,
    c_phone,
    c_acctbal,
    c_mktsegment,
    c_comment
FROM customer
ORDER BY c_custkey
SEGMENTED BY HASH(c_custkey) ALL NODES KSAFE 1;

-- orders
CREATE TABLE orders (
    o_orderkey      INTEGER       NOT NULL,
    o_custkey       INTEGER       NOT NULL,
    o_orderstatus   VARCHAR(4)    NOT NULL,  -- 1 character of up to 4 bytes
    o_totalprice    NUMERIC(15,2) NOT NULL,
    o_orderdate     DATE          NOT NULL,
    o_orderpriority VARCHAR(60)   NOT NULL,  -- 15 characters of up to 4 bytes
    o_clerk         VARCHAR(60)   NOT NULL,  -- 15 characters of up to 4 bytes
    o_shippriority  INTEGER       NOT NULL,
    o_comment       VARCHAR(316)  NOT NULL,  -- 79 characters of up to 4 bytes
    PRIMARY KEY (o_orderkey) DISABLED
);

-- distribution: hashed by o_orderkey as lineitem is by l_orderkey, so that their join needs no network (no data
-- given: by rule) [joins of o_orderkey with l_orderkey 1 (declared keys), not chosen: joins of o_custkey with
-- c_custkey (nothing is known of its values) 1 (declared keys)]
-- sort: by the key (no data given: by rule)
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION orders_super (
    o_orderkey      ENCODING COMMONDELTA_COMP,  -- sorted unique key: few different steps
    o_custkey       ENCODING DELTAVAL,          -- INTEGER: differences from each block's smallest value
    o_orderstatus   ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    o_totalprice    ENCODING DELTAVAL,          -- 64-bit NUMERIC: differences from each block's smallest value
    o_orderdate     ENCODING DELTAVAL,          -- DATE: differences from each block's smallest value
    o_orderpriority ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    o_clerk         ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    o_shippriority  ENCODING DELTAVAL,          -- INTEGER: differences from each block's smallest value
    o_comment       ENCODING ZSTD_FAST_COMP     -- text without runs, as Database Designer encodes it
)
AS SELECT
    o_orderkey,
    o_custkey,
    o_orderstatus,
    o_totalprice,
    o_orderdate,
    o_orderpriority,
    o_clerk,
    o_shippriority,
    o_comment
FROM orders
ORDER BY o_orderkey
SEGMENTED BY HASH(o_orderkey) ALL NODES KSAFE 1;

-- supplier
CREATE TABLE supplier (
    s_suppkey   INTEGER       NOT NULL,
    s_name      VARCHAR(100)  NOT NULL,  -- 25 characters of up to 4 bytes
    s_address   VARCHAR(160)  NOT NULL,  -- 40 characters of up to 4 bytes
    s_nationkey INTEGER       NOT NULL,
    s_phone     VARCHAR(60)   NOT NULL,  -- 15 characters of up to 4 bytes
    s_acctbal   NUMERIC(15,2) NOT NULL,
    s_comment   VARCHAR(404)  NOT NULL,  -- 101 characters of up to 4 bytes
    PRIMARY KEY (s_suppkey) DISABLED
);

-- distribution: hashed by s_suppkey, its most joined column: in those joins only the other table moves (no data
-- given: by rule) [joins of s_suppkey 2 (declared keys)]
-- sort: by the key (no data given: by rule)
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION supplier_super (
    s_suppkey   ENCODING COMMONDELTA_COMP,  -- sorted unique key: few different steps
    s_name      ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    s_address   ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    s_nationkey ENCODING DELTAVAL,          -- INTEGER: differences from each block's smallest value
    s_phone     ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    s_acctbal   ENCODING DELTAVAL,          -- 64-bit NUMERIC: differences from each block's smallest value
    s_comment   ENCODING ZSTD_FAST_COMP     -- text without runs, as Database Designer encodes it
)
AS SELECT
    s_suppkey,
    s_name,
    s_address,
    s_nationkey,
    s_phone,
    s_acctbal,
    s_comment
FROM supplier
ORDER BY s_suppkey
SEGMENTED BY HASH(s_suppkey) ALL NODES KSAFE 1;

-- partsupp
CREATE TABLE partsupp (
    ps_partkey    INTEGER       NOT NULL,
    ps_suppkey    INTEGER       NOT NULL,
    ps_availqty   INTEGER       NOT NULL,
    ps_supplycost NUMERIC(15,2) NOT NULL,
    ps_comment    VARCHAR(796)  NOT NULL,  -- 199 characters of up to 4 bytes
    PRIMARY KEY (ps_partkey, ps_suppkey) DISABLED
);

-- distribution: hashed by ps_partkey as part is by p_partkey, so that their join needs no network (no data
-- given: by rule) [joins of ps_partkey with p_partkey 1 (declared keys), not chosen: joins of ps_suppkey with
-- l_suppkey 1 (declared keys)]
-- sort: by the key (no data given: by rule)
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION partsupp_super (
    ps_partkey    ENCODING DELTAVAL,       -- INTEGER: differences from each block's smallest value
    ps_suppkey    ENCODING DELTAVAL,       -- INTEGER: differences from each block's smallest value
    ps_availqty   ENCODING DELTAVAL,       -- INTEGER: differences from each block's smallest value
    ps_supplycost ENCODING DELTAVAL,       -- 64-bit NUMERIC: differences from each block's smallest value
    ps_comment    ENCODING ZSTD_FAST_COMP  -- text without runs, as Database Designer encodes it
)
AS SELECT
    ps_partkey,
    ps_suppkey,
    ps_availqty,
    ps_supplycost,
    ps_comment
FROM partsupp
ORDER BY ps_partkey, ps_suppkey
SEGMENTED BY HASH(ps_partkey) ALL NODES KSAFE 1;

-- lineitem
CREATE TABLE lineitem (
    l_orderkey      INTEGER       NOT NULL,
    l_partkey       INTEGER       NOT NULL,
    l_suppkey       INTEGER       NOT NULL,
    l_linenumber    INTEGER       NOT NULL,
    l_quantity      NUMERIC(15,2) NOT NULL,
    l_extendedprice NUMERIC(15,2) NOT NULL,
    l_discount      NUMERIC(15,2) NOT NULL,
    l_tax           NUMERIC(15,2) NOT NULL,
    l_returnflag    VARCHAR(4)    NOT NULL,  -- 1 character of up to 4 bytes
    l_linestatus    VARCHAR(4)    NOT NULL,  -- 1 character of up to 4 bytes
    l_shipdate      DATE          NOT NULL,
    l_commitdate    DATE          NOT NULL,
    l_receiptdate   DATE          NOT NULL,
    l_shipinstruct  VARCHAR(100)  NOT NULL,  -- 25 characters of up to 4 bytes
    l_shipmode      VARCHAR(40)   NOT NULL,  -- 10 characters of up to 4 bytes
    l_comment       VARCHAR(176)  NOT NULL,  -- 44 characters of up to 4 bytes
    PRIMARY KEY (l_orderkey, l_linenumber) DISABLED
);

-- distribution: hashed by l_orderkey as orders is by o_orderkey, so that their join needs no network (no data
-- given: by rule) [joins of l_orderkey with o_orderkey 1 (declared keys), not chosen: joins of l_partkey with
-- p_partkey 1 (declared keys)]
-- sort: by the key (no data given: by rule)
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION lineitem_super (
    l_orderkey      ENCODING DELTAVAL,        -- INTEGER: differences from each block's smallest value
    l_partkey       ENCODING DELTAVAL,        -- INTEGER: differences from each block's smallest value
    l_suppkey       ENCODING DELTAVAL,        -- INTEGER: differences from each block's smallest value
    l_linenumber    ENCODING DELTAVAL,        -- INTEGER: differences from each block's smallest value
    l_quantity      ENCODING DELTAVAL,        -- 64-bit NUMERIC: differences from each block's smallest value
    l_extendedprice ENCODING DELTAVAL,        -- 64-bit NUMERIC: differences from each block's smallest value
    l_discount      ENCODING DELTAVAL,        -- 64-bit NUMERIC: differences from each block's smallest value
    l_tax           ENCODING DELTAVAL,        -- 64-bit NUMERIC: differences from each block's smallest value
    l_returnflag    ENCODING ZSTD_FAST_COMP,  -- text without runs, as Database Designer encodes it
    l_linestatus    ENCODING ZSTD_FAST_COMP,  -- text without runs, as Database Designer encodes it
    l_shipdate      ENCODING DELTAVAL,        -- DATE: differences from each block's smallest value
    l_commitdate    ENCODING DELTAVAL,        -- DATE: differences from each block's smallest value
    l_receiptdate   ENCODING DELTAVAL,        -- DATE: differences from each block's smallest value
    l_shipinstruct  ENCODING ZSTD_FAST_COMP,  -- text without runs, as Database Designer encodes it
    l_shipmode      ENCODING ZSTD_FAST_COMP,  -- text without runs, as Database Designer encodes it
    l_comment       ENCODING ZSTD_FAST_COMP   -- text without runs, as Database Designer encodes it
)
AS SELECT
    l_orderkey,
    l_partkey,
    l_suppkey,
    l_linenumber,
    l_quantity,
    l_extendedprice,
    l_discount,
    l_tax,
    l_returnflag,
    l_linestatus,
    l_shipdate,
    l_commitdate,
    l_receiptdate,
    l_shipinstruct,
    l_shipmode,
    l_comment
FROM lineitem
ORDER BY l_orderkey, l_linenumber
SEGMENTED BY HASH(l_orderkey) ALL NODES KSAFE 1;

ALTER TABLE nation ADD FOREIGN KEY (n_regionkey) REFERENCES region (r_regionkey);
ALTER TABLE customer ADD FOREIGN KEY (c_nationkey) REFERENCES nation (n_nationkey);
ALTER TABLE orders ADD FOREIGN KEY (o_custkey) REFERENCES customer (c_custkey);
ALTER TABLE supplier ADD FOREIGN KEY (s_nationkey) REFERENCES nation (n_nationkey);
ALTER TABLE partsupp ADD FOREIGN KEY (ps_partkey) REFERENCES part (p_partkey);
ALTER TABLE partsupp ADD FOREIGN KEY (ps_suppkey) REFERENCES supplier (s_suppkey);
ALTER TABLE lineitem ADD FOREIGN KEY (l_orderkey) REFERENCES orders (o_orderkey);
ALTER TABLE lineitem ADD FOREIGN KEY (l_partkey) REFERENCES part (p_partkey);
ALTER TABLE lineitem ADD FOREIGN KEY (l_suppkey) REFERENCES supplier (s_suppkey);
ALTER TABLE lineitem ADD FOREIGN KEY (l_partkey, l_suppkey) REFERENCES partsupp (ps_partkey, ps_suppkey);

-- Projections of tables that hold rows already have to be filled.
SELECT REFRESH('part');
SELECT REFRESH('region');
SELECT REFRESH('nation');
SELECT REFRESH('customer');
SELECT REFRESH('orders');
SELECT REFRESH('supplier');
SELECT REFRESH('partsupp');
SELECT REFRESH('lineitem');

-- Statistics for the optimizer: run these again after every load.
SELECT ANALYZE_STATISTICS('part');
SELECT ANALYZE_STATISTICS('region');
SELECT ANALYZE_STATISTICS('nation');
SELECT ANALYZE_STATISTICS('customer');
SELECT ANALYZE_STATISTICS('orders');
SELECT ANALYZE_STATISTICS('supplier');
SELECT ANALYZE_STATISTICS('partsupp');
SELECT ANALYZE_STATISTICS('lineitem');
