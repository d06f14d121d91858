-- Vertica: 8 tables with 8 projections, written by warehousebench.
-- Basis: Vertica's documented rules, from the catalog, the profile of its rows and 22 queries, for 4 nodes.
-- Written without a cluster: nothing in this file was run or timed on Vertica.
-- Keys are DISABLED, yet the optimizer trusts them, and a join on a foreign key that the data breaks fails.
-- Source defaults are left out: COPY brings every value. VARCHAR lengths are bytes, load with ENFORCELENGTH.

-- part (200,000 rows profiled)
CREATE TABLE part (
    p_partkey     INTEGER       NOT NULL,
    p_name        VARCHAR(60)   NOT NULL,  -- 55 characters declared, 50 bytes seen
    p_mfgr        VARCHAR(25)   NOT NULL,  -- 25 characters declared, 14 bytes seen
    p_brand       VARCHAR(10)   NOT NULL,  -- 10 characters declared, 8 bytes seen
    p_type        VARCHAR(30)   NOT NULL,  -- 25 characters declared, 25 bytes seen
    p_size        INTEGER       NOT NULL,
    p_container   VARCHAR(12)   NOT NULL,  -- 10 characters declared, 10 bytes seen
    p_retailprice NUMERIC(15,2) NOT NULL,
    p_comment     VARCHAR(27)   NOT NULL,  -- 23 characters declared, 22 bytes seen
    PRIMARY KEY (p_partkey) DISABLED
);

-- distribution: hashed by p_partkey as partsupp is by ps_partkey, so that their join needs no network [joins of
-- p_partkey with ps_partkey 279.5 MB x query weight (workload and profile), values of p_partkey 200,000
-- (profile)]
-- sort: often restricted columns first (p_size, p_brand, p_container), then by ascending cardinality, the key
-- last [predicates on p_size 3 query weight (workload), predicates on p_brand 2 query weight (workload),
-- predicates on p_container 2 query weight (workload), values of p_brand 25 (profile), values of p_container 40
-- (profile), values of p_size 50 (profile), values of p_partkey 200,000 (profile)]
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION part_super (
    p_partkey     ENCODING COMMONDELTA_COMP,  -- sorted unique key: few different steps
    p_name        ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    p_mfgr        ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    p_brand       ENCODING RLE,               -- runs of 8,000 rows in the sort order
    p_type        ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    p_size        ENCODING DELTAVAL,          -- INTEGER: differences from each block's smallest value
    p_container   ENCODING RLE,               -- runs of 200 rows in the sort order
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
ORDER BY p_brand, p_container, p_size, p_partkey
SEGMENTED BY HASH(p_partkey) ALL NODES KSAFE 1;

-- region (5 rows profiled)
CREATE TABLE region (
    r_regionkey INTEGER      NOT NULL,
    r_name      VARCHAR(25)  NOT NULL,  -- 25 characters declared, 11 bytes seen
    r_comment   VARCHAR(152) NOT NULL,  -- 152 characters declared, 115 bytes seen
    PRIMARY KEY (r_regionkey) DISABLED
);

-- distribution: copied to every node by Database Designer's rule: at most 100,000 rows [rows of region 5
-- (profile), largest table 6,001,215 rows]
-- sort: often restricted columns first (r_name), then by ascending cardinality, the key last [predicates on
-- r_name 3 query weight (workload), values of r_name 5 (profile)]
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION region_super (
    r_regionkey ENCODING DELTAVAL,        -- INTEGER: differences from each block's smallest value
    r_name      ENCODING ZSTD_FAST_COMP,  -- text without runs, as Database Designer encodes it
    r_comment   ENCODING ZSTD_FAST_COMP   -- text without runs, as Database Designer encodes it
)
AS SELECT
    r_regionkey,
    r_name,
    r_comment
FROM region
ORDER BY r_name
UNSEGMENTED ALL NODES;

-- nation (25 rows profiled)
CREATE TABLE nation (
    n_nationkey INTEGER      NOT NULL,
    n_name      VARCHAR(25)  NOT NULL,  -- 25 characters declared, 14 bytes seen
    n_regionkey INTEGER      NOT NULL,
    n_comment   VARCHAR(152) NOT NULL,  -- 152 characters declared, 114 bytes seen
    PRIMARY KEY (n_nationkey) DISABLED
);

-- distribution: copied to every node by Database Designer's rule: at most 100,000 rows [rows of nation 25
-- (profile), largest table 6,001,215 rows]
-- sort: often restricted columns first (n_name), then by ascending cardinality, the key last [predicates on
-- n_name 4 query weight (workload), values of n_name 25 (profile)]
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION nation_super (
    n_nationkey ENCODING DELTAVAL,        -- INTEGER: differences from each block's smallest value
    n_name      ENCODING ZSTD_FAST_COMP,  -- text without runs, as Database Designer encodes it
    n_regionkey ENCODING DELTAVAL,        -- INTEGER: differences from each block's smallest value
    n_comment   ENCODING ZSTD_FAST_COMP   -- text without runs, as Database Designer encodes it
)
AS SELECT
    n_nationkey,
    n_name,
    n_regionkey,
    n_comment
FROM nation
ORDER BY n_name
UNSEGMENTED ALL NODES;

-- customer (150,000 rows profiled)
CREATE TABLE customer (
    c_custkey    INTEGER       NOT NULL,
    c_name       VARCHAR(25)   NOT NULL,  -- 25 characters declared, 18 bytes seen
    c_address    VARCHAR(48)   NOT NULL,  -- 40 characters declared, 40 bytes seen
    c_nationkey  INTEGER       NOT NULL,
    c_phone      VARCHAR(18)   NOT NULL,  -- 15 characters declared, 15 bytes seen
    c_acctbal    NUMERIC(15,2) NOT NULL,
    c_mktsegment VARCHAR(12)   NOT NULL,  -- 10 characters declared, 10 bytes seen
    c_comment    VARCHAR(140)  NOT NULL,  -- 117 characters declared, 116 bytes seen
    PRIMARY KEY (c_custkey) DISABLED
);

-- distribution: hashed by c_custkey, its most joined column: in those joins only the other table moves [joins of
-- c_custkey 785.1 MB x query weight (workload and profile), values of c_custkey 150,000 (profile)]
-- sort: often restricted columns first (c_acctbal, c_mktsegment), then by ascending cardinality, the key last
-- [predicates on c_acctbal 1 query weight (workload), predicates on c_mktsegment 1 query weight (workload),
-- values of c_mktsegment 5 (profile), values of c_acctbal 140,187 (profile)]
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION customer_super (
    c_custkey    ENCODING DELTAVAL,        -- INTEGER: differences from each block's smallest value
    c_name       ENCODING ZSTD_FAST_COMP,  -- text without runs, as Database Designer encodes it
    c_address    ENCODING ZSTD_FAST_COMP,  -- text without runs, as Database Designer encodes it
    c_nationkey  ENCODING DELTAVAL,        -- INTEGER: differences from each block's smallest value
    c_phone      ENCODING ZSTD_FAST_COMP,  -- text without runs, as Database Designer encodes it
    c_acctbal    ENCODING DELTAVAL,        -- 64-bit NUMERIC: differences from each block's smallest value
    c_mktsegment ENCODING RLE,             -- runs of 30,000 rows in the sort order
    c_comment    ENCODING ZSTD_FAST_COMP   -- text without runs, as Database Designer encodes it
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
ORDER BY c_mktsegment, c_acctbal
SEGMENTED BY HASH(c_custkey) ALL NODES KSAFE 1;

-- orders (1,500,000 rows profiled)
CREATE TABLE orders (
    o_orderkey      INTEGER       NOT NULL,
    o_custkey       INTEGER       NOT NULL,
    o_orderstatus   CHAR(1)       NOT NULL,
    o_totalprice    NUMERIC(15,2) NOT NULL,
    o_orderdate     DATE          NOT NULL,
    o_orderpriority VARCHAR(18)   NOT NULL,  -- 15 characters declared, 15 bytes seen
    o_clerk         VARCHAR(18)   NOT NULL,  -- 15 characters declared, 15 bytes seen
    o_shippriority  INTEGER       NOT NULL,
    o_comment       VARCHAR(94)   NOT NULL,  -- 79 characters declared, 78 bytes seen
    PRIMARY KEY (o_orderkey) DISABLED
);

-- distribution: hashed by o_orderkey as lineitem is by l_orderkey, so that their join needs no network [joins of
-- o_orderkey with l_orderkey 6,295 MB x query weight (workload and profile), not chosen: joins of o_custkey with
-- c_custkey 785.1 MB x query weight (workload and profile), values of o_orderkey 1,500,000 (profile)]
-- sort: often restricted columns first (o_orderdate), then by ascending cardinality, the key last [predicates on
-- o_orderdate 5 query weight (workload), values of o_orderdate 2,406 (profile), values of o_shippriority 1
-- (profile), values of o_orderstatus 3 (profile), values of o_orderpriority 5 (profile), values of o_orderkey
-- 1,500,000 (profile)]
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION orders_super (
    o_orderkey      ENCODING COMMONDELTA_COMP,  -- sorted unique key: few different steps
    o_custkey       ENCODING DELTAVAL,          -- INTEGER: differences from each block's smallest value
    o_orderstatus   ENCODING RLE,               -- runs of 208 rows in the sort order
    o_totalprice    ENCODING DELTAVAL,          -- 64-bit NUMERIC: differences from each block's smallest value
    o_orderdate     ENCODING RLE,               -- runs of 623 rows in the sort order
    o_orderpriority ENCODING RLE,               -- runs of 42 rows in the sort order
    o_clerk         ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    o_shippriority  ENCODING RLE,               -- runs of 623 rows in the sort order
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
ORDER BY o_orderdate, o_shippriority, o_orderstatus, o_orderpriority, o_orderkey
SEGMENTED BY HASH(o_orderkey) ALL NODES KSAFE 1;

-- supplier (10,000 rows profiled)
CREATE TABLE supplier (
    s_suppkey   INTEGER       NOT NULL,
    s_name      VARCHAR(25)   NOT NULL,  -- 25 characters declared, 18 bytes seen
    s_address   VARCHAR(48)   NOT NULL,  -- 40 characters declared, 40 bytes seen
    s_nationkey INTEGER       NOT NULL,
    s_phone     VARCHAR(18)   NOT NULL,  -- 15 characters declared, 15 bytes seen
    s_acctbal   NUMERIC(15,2) NOT NULL,
    s_comment   VARCHAR(120)  NOT NULL,  -- 101 characters declared, 100 bytes seen
    PRIMARY KEY (s_suppkey) DISABLED
);

-- distribution: copied to every node by Database Designer's rule: at most 100,000 rows [rows of supplier 10,000
-- (profile), largest table 6,001,215 rows]
-- sort: no query restricts a column: by ascending cardinality, the key last [values of s_nationkey 25 (profile),
-- values of s_suppkey 10,000 (profile)]
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION supplier_super (
    s_suppkey   ENCODING COMMONDELTA_COMP,  -- sorted unique key: few different steps
    s_name      ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    s_address   ENCODING ZSTD_FAST_COMP,    -- text without runs, as Database Designer encodes it
    s_nationkey ENCODING RLE,               -- runs of 400 rows in the sort order
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
ORDER BY s_nationkey, s_suppkey
UNSEGMENTED ALL NODES;

-- partsupp (800,000 rows profiled)
CREATE TABLE partsupp (
    ps_partkey    INTEGER       NOT NULL,
    ps_suppkey    INTEGER       NOT NULL,
    ps_availqty   INTEGER       NOT NULL,
    ps_supplycost NUMERIC(15,2) NOT NULL,
    ps_comment    VARCHAR(238)  NOT NULL,  -- 199 characters declared, 198 bytes seen
    PRIMARY KEY (ps_partkey, ps_suppkey) DISABLED
);

-- distribution: hashed by ps_partkey as part is by p_partkey, so that their join needs no network [joins of
-- ps_partkey with p_partkey 279.5 MB x query weight (workload and profile), not chosen: joins of ps_suppkey with
-- l_suppkey 970.3 MB x query weight (workload and profile), values of ps_partkey 200,000 (profile)]
-- sort: no query restricts a column: by ascending cardinality, the key last [values of ps_availqty 9,999
-- (profile), values of ps_partkey 200,000 (profile)]
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION partsupp_super (
    ps_partkey    ENCODING DELTAVAL,       -- INTEGER: differences from each block's smallest value
    ps_suppkey    ENCODING DELTAVAL,       -- INTEGER: differences from each block's smallest value
    ps_availqty   ENCODING RLE,            -- runs of 80 rows in the sort order
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
ORDER BY ps_availqty, ps_partkey
SEGMENTED BY HASH(ps_partkey) ALL NODES KSAFE 1;

-- lineitem (6,001,215 rows profiled)
CREATE TABLE lineitem (
    l_orderkey      INTEGER       NOT NULL,
    l_partkey       INTEGER       NOT NULL,
    l_suppkey       INTEGER       NOT NULL,
    l_linenumber    INTEGER       NOT NULL,
    l_quantity      NUMERIC(15,2) NOT NULL,
    l_extendedprice NUMERIC(15,2) NOT NULL,
    l_discount      NUMERIC(15,2) NOT NULL,
    l_tax           NUMERIC(15,2) NOT NULL,
    l_returnflag    CHAR(1)       NOT NULL,
    l_linestatus    CHAR(1)       NOT NULL,
    l_shipdate      DATE          NOT NULL,
    l_commitdate    DATE          NOT NULL,
    l_receiptdate   DATE          NOT NULL,
    l_shipinstruct  VARCHAR(25)   NOT NULL,  -- 25 characters declared, 17 bytes seen
    l_shipmode      VARCHAR(10)   NOT NULL,  -- 10 characters declared, 7 bytes seen
    l_comment       VARCHAR(52)   NOT NULL,  -- 44 characters declared, 43 bytes seen
    PRIMARY KEY (l_orderkey, l_linenumber) DISABLED
);

-- distribution: hashed by l_orderkey as orders is by o_orderkey, so that their join needs no network [joins of
-- l_orderkey with o_orderkey 6,295 MB x query weight (workload and profile), not chosen: joins of l_partkey with
-- ps_partkey 970.3 MB x query weight (workload and profile), values of l_orderkey 1,500,000 (profile)]
-- sort: often restricted columns first (l_shipdate), then by ascending cardinality, the key last [predicates on
-- l_shipdate 7 query weight (workload), values of l_shipdate 2,526 (profile), values of l_linestatus 2
-- (profile), values of l_returnflag 3 (profile), values of l_shipinstruct 4 (profile), values of l_linenumber 7
-- (profile), values of l_orderkey 1,500,000 (profile)]
-- K-safety: 1: one node may fail [nodes 4]
CREATE PROJECTION lineitem_super (
    l_orderkey      ENCODING DELTAVAL,        -- INTEGER: differences from each block's smallest value
    l_partkey       ENCODING DELTAVAL,        -- INTEGER: differences from each block's smallest value
    l_suppkey       ENCODING DELTAVAL,        -- INTEGER: differences from each block's smallest value
    l_linenumber    ENCODING RLE,             -- runs of 14 rows in the sort order
    l_quantity      ENCODING DELTAVAL,        -- 64-bit NUMERIC: differences from each block's smallest value
    l_extendedprice ENCODING DELTAVAL,        -- 64-bit NUMERIC: differences from each block's smallest value
    l_discount      ENCODING DELTAVAL,        -- 64-bit NUMERIC: differences from each block's smallest value
    l_tax           ENCODING DELTAVAL,        -- 64-bit NUMERIC: differences from each block's smallest value
    l_returnflag    ENCODING RLE,             -- runs of 396 rows in the sort order
    l_linestatus    ENCODING RLE,             -- runs of 1,188 rows in the sort order
    l_shipdate      ENCODING RLE,             -- runs of 2,376 rows in the sort order
    l_commitdate    ENCODING DELTAVAL,        -- DATE: differences from each block's smallest value
    l_receiptdate   ENCODING DELTAVAL,        -- DATE: differences from each block's smallest value
    l_shipinstruct  ENCODING RLE,             -- runs of 99 rows in the sort order
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
ORDER BY l_shipdate, l_linestatus, l_returnflag, l_shipinstruct, l_linenumber, l_orderkey
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
