-- Amazon Redshift: 8 tables, written by warehousebench.
-- Basis: AWS's documented rules, from the catalog, the profile of its rows and 22 queries, for 4 nodes of 2
-- slices.
-- Written without a cluster: nothing in this file was run or timed on Redshift.
-- Keys are not enforced, yet the planner trusts them: a declared key that the data breaks gives wrong results.
-- Source defaults are left out: COPY brings every value. VARCHAR lengths are bytes.

-- part (200,000 rows profiled)
-- distribution: hashed by p_partkey as partsupp is by ps_partkey, so that their join needs no network [joins of
-- p_partkey with ps_partkey 279.5 MB x query weight (workload and profile), values of p_partkey 200,000
-- (profile)]
-- sort: by p_size, the most restricted column, so that zone maps skip blocks, then by the join key p_partkey
-- [predicates on p_size 3 query weight (workload), predicates on p_brand 2 query weight (workload), values of
-- p_size 50 (profile)]
CREATE TABLE part (
    p_partkey     BIGINT        NOT NULL ENCODE RAW,       -- sort key stays RAW, so that a zone map's hit reads few rows
    p_name        VARCHAR(60)   NOT NULL ENCODE ZSTD,      -- long and short strings mixed, 55 characters declared, 50 bytes seen
    p_mfgr        VARCHAR(25)   NOT NULL ENCODE BYTEDICT,  -- 5 short values, 25 characters declared, 14 bytes seen
    p_brand       VARCHAR(10)   NOT NULL ENCODE BYTEDICT,  -- 25 short values, 10 characters declared, 8 bytes seen
    p_type        VARCHAR(30)   NOT NULL ENCODE BYTEDICT,  -- 150 short values, 25 characters declared, 25 bytes seen
    p_size        INTEGER       NOT NULL ENCODE RAW,       -- sort key stays RAW, so that a zone map's hit reads few rows
    p_container   VARCHAR(12)   NOT NULL ENCODE BYTEDICT,  -- 40 short values, 10 characters declared, 10 bytes seen
    p_retailprice DECIMAL(15,2) NOT NULL ENCODE AZ64,      -- default of DECIMAL
    p_comment     VARCHAR(27)   NOT NULL ENCODE ZSTD,      -- long and short strings mixed, 23 characters declared, 22 bytes seen
    PRIMARY KEY (p_partkey)
)
DISTSTYLE KEY
DISTKEY (p_partkey)
COMPOUND SORTKEY (p_size, p_partkey);

-- region (5 rows profiled)
-- distribution: small enough for a copy on every node, so that no join with it moves rows, suits tables that
-- change slowly [rows of region 5 (profile), limit 100,000 rows (ours: AWS's TPC-DS schemas replicate up to
-- 86,400 rows, distribute from 300,000)]
-- sort: none: sorting a small table saves no blocks [rows of region 5 (profile)]
CREATE TABLE region (
    r_regionkey BIGINT       NOT NULL ENCODE AZ64,      -- default of BIGINT
    r_name      VARCHAR(25)  NOT NULL ENCODE BYTEDICT,  -- 5 short values, 25 characters declared, 11 bytes seen
    r_comment   VARCHAR(152) NOT NULL ENCODE ZSTD,      -- long and short strings mixed, 152 characters declared, 115 bytes seen
    PRIMARY KEY (r_regionkey)
)
DISTSTYLE ALL;

-- nation (25 rows profiled)
-- distribution: small enough for a copy on every node, so that no join with it moves rows, suits tables that
-- change slowly [rows of nation 25 (profile), limit 100,000 rows (ours: AWS's TPC-DS schemas replicate up to
-- 86,400 rows, distribute from 300,000)]
-- sort: none: sorting a small table saves no blocks [rows of nation 25 (profile)]
CREATE TABLE nation (
    n_nationkey BIGINT       NOT NULL ENCODE AZ64,      -- default of BIGINT
    n_name      VARCHAR(25)  NOT NULL ENCODE BYTEDICT,  -- 25 short values, 25 characters declared, 14 bytes seen
    n_regionkey BIGINT       NOT NULL ENCODE AZ64,      -- default of BIGINT
    n_comment   VARCHAR(152) NOT NULL ENCODE ZSTD,      -- long and short strings mixed, 152 characters declared, 114 bytes seen
    PRIMARY KEY (n_nationkey)
)
DISTSTYLE ALL;

-- customer (150,000 rows profiled)
-- distribution: hashed by c_custkey, its most joined column: in those joins only the other table moves [joins of
-- c_custkey 785.1 MB x query weight (workload and profile), values of c_custkey 150,000 (profile)]
-- sort: no column is restricted often, so by c_custkey, the distribution key: joins on it can merge
CREATE TABLE customer (
    c_custkey    BIGINT        NOT NULL ENCODE RAW,       -- sort key stays RAW, so that a zone map's hit reads few rows
    c_name       VARCHAR(25)   NOT NULL ENCODE LZO,       -- default of text, 25 characters declared, 18 bytes seen
    c_address    VARCHAR(48)   NOT NULL ENCODE ZSTD,      -- long and short strings mixed, 40 characters declared, 40 bytes seen
    c_nationkey  BIGINT        NOT NULL ENCODE AZ64,      -- default of BIGINT
    c_phone      VARCHAR(18)   NOT NULL ENCODE LZO,       -- default of text, 15 characters declared, 15 bytes seen
    c_acctbal    DECIMAL(15,2) NOT NULL ENCODE AZ64,      -- default of DECIMAL
    c_mktsegment VARCHAR(12)   NOT NULL ENCODE BYTEDICT,  -- 5 short values, 10 characters declared, 10 bytes seen
    c_comment    VARCHAR(140)  NOT NULL ENCODE ZSTD,      -- long and short strings mixed, 117 characters declared, 116 bytes seen
    PRIMARY KEY (c_custkey)
)
DISTSTYLE KEY
DISTKEY (c_custkey)
COMPOUND SORTKEY (c_custkey);

-- orders (1,500,000 rows profiled)
-- distribution: hashed by o_orderkey as lineitem is by l_orderkey, so that their join needs no network [joins of
-- o_orderkey with l_orderkey 6,295 MB x query weight (workload and profile), not chosen: joins of o_custkey with
-- c_custkey 785.1 MB x query weight (workload and profile), values of o_orderkey 1,500,000 (profile)]
-- sort: by o_orderdate, the most restricted column, so that zone maps skip blocks, then by the join key
-- o_orderkey [predicates on o_orderdate 5 query weight (workload), predicates on tables joined by o_custkey 2
-- query weight (workload), values of o_orderdate 2,406 (profile)]
CREATE TABLE orders (
    o_orderkey      BIGINT        NOT NULL ENCODE RAW,       -- sort key stays RAW, so that a zone map's hit reads few rows
    o_custkey       BIGINT        NOT NULL ENCODE AZ64,      -- default of BIGINT
    o_orderstatus   CHAR(1)       NOT NULL ENCODE BYTEDICT,  -- 3 short values
    o_totalprice    DECIMAL(15,2) NOT NULL ENCODE AZ64,      -- default of DECIMAL
    o_orderdate     DATE          NOT NULL ENCODE RAW,       -- sort key stays RAW, so that a zone map's hit reads few rows
    o_orderpriority VARCHAR(18)   NOT NULL ENCODE BYTEDICT,  -- 5 short values, 15 characters declared, 15 bytes seen
    o_clerk         VARCHAR(18)   NOT NULL ENCODE LZO,       -- default of text, 15 characters declared, 15 bytes seen
    o_shippriority  INTEGER       NOT NULL ENCODE AZ64,      -- default of INTEGER
    o_comment       VARCHAR(94)   NOT NULL ENCODE ZSTD,      -- long and short strings mixed, 79 characters declared, 78 bytes seen
    PRIMARY KEY (o_orderkey)
)
DISTSTYLE KEY
DISTKEY (o_orderkey)
COMPOUND SORTKEY (o_orderdate, o_orderkey);

-- supplier (10,000 rows profiled)
-- distribution: small enough for a copy on every node, so that no join with it moves rows, suits tables that
-- change slowly [rows of supplier 10,000 (profile), limit 100,000 rows (ours: AWS's TPC-DS schemas replicate up
-- to 86,400 rows, distribute from 300,000)]
-- sort: none: sorting a small table saves no blocks [rows of supplier 10,000 (profile)]
CREATE TABLE supplier (
    s_suppkey   BIGINT        NOT NULL ENCODE AZ64,  -- default of BIGINT
    s_name      VARCHAR(25)   NOT NULL ENCODE LZO,   -- default of text, 25 characters declared, 18 bytes seen
    s_address   VARCHAR(48)   NOT NULL ENCODE ZSTD,  -- long and short strings mixed, 40 characters declared, 40 bytes seen
    s_nationkey BIGINT        NOT NULL ENCODE AZ64,  -- default of BIGINT
    s_phone     VARCHAR(18)   NOT NULL ENCODE LZO,   -- default of text, 15 characters declared, 15 bytes seen
    s_acctbal   DECIMAL(15,2) NOT NULL ENCODE AZ64,  -- default of DECIMAL
    s_comment   VARCHAR(120)  NOT NULL ENCODE ZSTD,  -- long and short strings mixed, 101 characters declared, 100 bytes seen
    PRIMARY KEY (s_suppkey)
)
DISTSTYLE ALL;

-- partsupp (800,000 rows profiled)
-- distribution: hashed by ps_partkey as part is by p_partkey, so that their join needs no network [joins of
-- ps_partkey with p_partkey 279.5 MB x query weight (workload and profile), not chosen: joins of ps_suppkey with
-- l_suppkey 970.3 MB x query weight (workload and profile), values of ps_partkey 200,000 (profile)]
-- sort: by ps_partkey, the most restricted column, so that zone maps skip blocks [predicates on tables joined by
-- ps_partkey 3 query weight (workload), values of ps_partkey 200,000 (profile)]
CREATE TABLE partsupp (
    ps_partkey    BIGINT        NOT NULL ENCODE RAW,   -- sort key stays RAW, so that a zone map's hit reads few rows
    ps_suppkey    BIGINT        NOT NULL ENCODE AZ64,  -- default of BIGINT
    ps_availqty   INTEGER       NOT NULL ENCODE AZ64,  -- default of INTEGER
    ps_supplycost DECIMAL(15,2) NOT NULL ENCODE AZ64,  -- default of DECIMAL
    ps_comment    VARCHAR(238)  NOT NULL ENCODE ZSTD,  -- long and short strings mixed, 199 characters declared, 198 bytes seen
    PRIMARY KEY (ps_partkey, ps_suppkey)
)
DISTSTYLE KEY
DISTKEY (ps_partkey)
COMPOUND SORTKEY (ps_partkey);

-- lineitem (6,001,215 rows profiled)
-- distribution: hashed by l_orderkey as orders is by o_orderkey, so that their join needs no network [joins of
-- l_orderkey with o_orderkey 6,295 MB x query weight (workload and profile), not chosen: joins of l_partkey with
-- ps_partkey 970.3 MB x query weight (workload and profile), values of l_orderkey 1,500,000 (profile)]
-- sort: by l_shipdate, the most restricted column, so that zone maps skip blocks, then by the join key
-- l_orderkey [predicates on l_shipdate 7 query weight (workload), predicates on tables joined by l_orderkey 6
-- query weight (workload), values of l_shipdate 2,526 (profile)]
CREATE TABLE lineitem (
    l_orderkey      BIGINT        NOT NULL ENCODE RAW,       -- sort key stays RAW, so that a zone map's hit reads few rows
    l_partkey       BIGINT        NOT NULL ENCODE AZ64,      -- default of BIGINT
    l_suppkey       BIGINT        NOT NULL ENCODE AZ64,      -- default of BIGINT
    l_linenumber    INTEGER       NOT NULL ENCODE AZ64,      -- default of INTEGER
    l_quantity      DECIMAL(15,2) NOT NULL ENCODE AZ64,      -- default of DECIMAL
    l_extendedprice DECIMAL(15,2) NOT NULL ENCODE AZ64,      -- default of DECIMAL
    l_discount      DECIMAL(15,2) NOT NULL ENCODE AZ64,      -- default of DECIMAL
    l_tax           DECIMAL(15,2) NOT NULL ENCODE AZ64,      -- default of DECIMAL
    l_returnflag    CHAR(1)       NOT NULL ENCODE BYTEDICT,  -- 3 short values
    l_linestatus    CHAR(1)       NOT NULL ENCODE BYTEDICT,  -- 2 short values
    l_shipdate      DATE          NOT NULL ENCODE RAW,       -- sort key stays RAW, so that a zone map's hit reads few rows
    l_commitdate    DATE          NOT NULL ENCODE AZ64,      -- default of DATE
    l_receiptdate   DATE          NOT NULL ENCODE AZ64,      -- default of DATE
    l_shipinstruct  VARCHAR(25)   NOT NULL ENCODE BYTEDICT,  -- 4 short values, 25 characters declared, 17 bytes seen
    l_shipmode      VARCHAR(10)   NOT NULL ENCODE BYTEDICT,  -- 7 short values, 10 characters declared, 7 bytes seen
    l_comment       VARCHAR(52)   NOT NULL ENCODE ZSTD,      -- long and short strings mixed, 44 characters declared, 43 bytes seen
    PRIMARY KEY (l_orderkey, l_linenumber)
)
DISTSTYLE KEY
DISTKEY (l_orderkey)
COMPOUND SORTKEY (l_shipdate, l_orderkey);

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

-- Statistics for the planner: run these again after every load.
ANALYZE part;
ANALYZE region;
ANALYZE nation;
ANALYZE customer;
ANALYZE orders;
ANALYZE supplier;
ANALYZE partsupp;
ANALYZE lineitem;
