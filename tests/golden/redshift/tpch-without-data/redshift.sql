-- Amazon Redshift: 8 tables, written by warehousebench.
-- Basis: AWS's documented rules, from the catalog, no rows and no queries given, for 4 nodes of 2 slices.
-- Written without a cluster: nothing in this file was run or timed on Redshift.
-- Keys are not enforced, yet the planner trusts them: a declared key that the data breaks gives wrong results.
-- Source defaults are left out: COPY brings every value. VARCHAR lengths are bytes.

-- part
-- distribution: hashed by p_partkey as partsupp is by ps_partkey, so that their join needs no network (no data
-- given: by rule) [joins of p_partkey with ps_partkey 1 (declared keys)]
-- sort: by p_partkey, the distribution key: joins on it can merge (no data given: by rule)
CREATE TABLE part (
    p_partkey     BIGINT        NOT NULL ENCODE RAW,   -- sort key stays RAW, so that a zone map's hit reads few rows
    p_name        VARCHAR(220)  NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 55 characters of up to 4 bytes
    p_mfgr        VARCHAR(100)  NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 25 characters of up to 4 bytes
    p_brand       VARCHAR(40)   NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 10 characters of up to 4 bytes
    p_type        VARCHAR(100)  NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 25 characters of up to 4 bytes
    p_size        INTEGER       NOT NULL ENCODE AZ64,  -- default of INTEGER
    p_container   VARCHAR(40)   NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 10 characters of up to 4 bytes
    p_retailprice DECIMAL(15,2) NOT NULL ENCODE AZ64,  -- default of DECIMAL
    p_comment     VARCHAR(92)   NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 23 characters of up to 4 bytes
    PRIMARY KEY (p_partkey)
)
DISTSTYLE KEY
DISTKEY (p_partkey)
COMPOUND SORTKEY (p_partkey);

-- region
-- distribution: hashed by r_regionkey, its most joined column: in those joins only the other table moves (no
-- data given: by rule) [joins of r_regionkey 1 (declared keys)]
-- sort: by r_regionkey, the distribution key: joins on it can merge (no data given: by rule)
CREATE TABLE region (
    r_regionkey BIGINT       NOT NULL ENCODE RAW,  -- sort key stays RAW, so that a zone map's hit reads few rows
    r_name      VARCHAR(100) NOT NULL ENCODE LZO,  -- default of text (no data given: by rule), 25 characters of up to 4 bytes
    r_comment   VARCHAR(608) NOT NULL ENCODE LZO,  -- default of text (no data given: by rule), 152 characters of up to 4 bytes
    PRIMARY KEY (r_regionkey)
)
DISTSTYLE KEY
DISTKEY (r_regionkey)
COMPOUND SORTKEY (r_regionkey);

-- nation
-- distribution: hashed by n_nationkey, its most joined column: in those joins only the other table moves (no
-- data given: by rule) [joins of n_nationkey 2 (declared keys)]
-- sort: by n_nationkey, the distribution key: joins on it can merge (no data given: by rule)
CREATE TABLE nation (
    n_nationkey BIGINT       NOT NULL ENCODE RAW,   -- sort key stays RAW, so that a zone map's hit reads few rows
    n_name      VARCHAR(100) NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 25 characters of up to 4 bytes
    n_regionkey BIGINT       NOT NULL ENCODE AZ64,  -- default of BIGINT
    n_comment   VARCHAR(608) NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 152 characters of up to 4 bytes
    PRIMARY KEY (n_nationkey)
)
DISTSTYLE KEY
DISTKEY (n_nationkey)
COMPOUND SORTKEY (n_nationkey);

-- customer
-- distribution: hashed by c_custkey, its most joined column: in those joins only the other table moves (no data
-- given: by rule) [joins of c_custkey 1 (declared keys)]
-- sort: by c_custkey, the distribution key: joins on it can merge (no data given: by rule)
CREATE TABLE customer (
    c_custkey    BIGINT        NOT NULL ENCODE RAW,   -- sort key stays RAW, so that a zone map's hit reads few rows
    c_name       VARCHAR(100)  NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 25 characters of up to 4 bytes
    c_address    VARCHAR(160)  NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 40 characters of up to 4 bytes
    c_nationkey  BIGINT        NOT NULL ENCODE AZ64,  -- default of BIGINT
    c_phone      VARCHAR(60)   NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 15 characters of up to 4 bytes
    c_acctbal    DECIMAL(15,2) NOT NULL ENCODE AZ64,  -- default of DECIMAL
    c_mktsegment VARCHAR(40)   NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 10 characters of up to 4 bytes
    c_comment    VARCHAR(468)  NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 117 characters of up to 4 bytes
    PRIMARY KEY (c_custkey)
)
DISTSTYLE KEY
DISTKEY (c_custkey)
COMPOUND SORTKEY (c_custkey);

-- orders
-- distribution: hashed by o_orderkey as lineitem is by l_orderkey, so that their join needs no network (no data
-- given: by rule) [joins of o_orderkey with l_orderkey 1 (declared keys), not chosen: joins of o_custkey with
-- c_custkey (nothing is known of its values) 1 (declared keys)]
-- sort: by o_orderkey, the distribution key: joins on it can merge (no data given: by rule)
CREATE TABLE orders (
    o_orderkey      BIGINT        NOT NULL ENCODE RAW,   -- sort key stays RAW, so that a zone map's hit reads few rows
    o_custkey       BIGINT        NOT NULL ENCODE AZ64,  -- default of BIGINT
    o_orderstatus   VARCHAR(4)    NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 1 character of up to 4 bytes
    o_totalprice    DECIMAL(15,2) NOT NULL ENCODE AZ64,  -- default of DECIMAL
    o_orderdate     DATE          NOT NULL ENCODE AZ64,  -- default of DATE
    o_orderpriority VARCHAR(60)   NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 15 characters of up to 4 bytes
    o_clerk         VARCHAR(60)   NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 15 characters of up to 4 bytes
    o_shippriority  INTEGER       NOT NULL ENCODE AZ64,  -- default of INTEGER
    o_comment       VARCHAR(316)  NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 79 characters of up to 4 bytes
    PRIMARY KEY (o_orderkey)
)
DISTSTYLE KEY
DISTKEY (o_orderkey)
COMPOUND SORTKEY (o_orderkey);

-- supplier
-- distribution: hashed by s_suppkey, its most joined column: in those joins only the other table moves (no data
-- given: by rule) [joins of s_suppkey 2 (declared keys)]
-- sort: by s_suppkey, the distribution key: joins on it can merge (no data given: by rule)
CREATE TABLE supplier (
    s_suppkey   BIGINT        NOT NULL ENCODE RAW,   -- sort key stays RAW, so that a zone map's hit reads few rows
    s_name      VARCHAR(100)  NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 25 characters of up to 4 bytes
    s_address   VARCHAR(160)  NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 40 characters of up to 4 bytes
    s_nationkey BIGINT        NOT NULL ENCODE AZ64,  -- default of BIGINT
    s_phone     VARCHAR(60)   NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 15 characters of up to 4 bytes
    s_acctbal   DECIMAL(15,2) NOT NULL ENCODE AZ64,  -- default of DECIMAL
    s_comment   VARCHAR(404)  NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 101 characters of up to 4 bytes
    PRIMARY KEY (s_suppkey)
)
DISTSTYLE KEY
DISTKEY (s_suppkey)
COMPOUND SORTKEY (s_suppkey);

-- partsupp
-- distribution: hashed by ps_partkey as part is by p_partkey, so that their join needs no network (no data
-- given: by rule) [joins of ps_partkey with p_partkey 1 (declared keys), not chosen: joins of ps_suppkey with
-- l_suppkey 1 (declared keys)]
-- sort: by ps_partkey, the distribution key: joins on it can merge (no data given: by rule)
CREATE TABLE partsupp (
    ps_partkey    BIGINT        NOT NULL ENCODE RAW,   -- sort key stays RAW, so that a zone map's hit reads few rows
    ps_suppkey    BIGINT        NOT NULL ENCODE AZ64,  -- default of BIGINT
    ps_availqty   INTEGER       NOT NULL ENCODE AZ64,  -- default of INTEGER
    ps_supplycost DECIMAL(15,2) NOT NULL ENCODE AZ64,  -- default of DECIMAL
    ps_comment    VARCHAR(796)  NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 199 characters of up to 4 bytes
    PRIMARY KEY (ps_partkey, ps_suppkey)
)
DISTSTYLE KEY
DISTKEY (ps_partkey)
COMPOUND SORTKEY (ps_partkey);

-- lineitem
-- distribution: hashed by l_orderkey as orders is by o_orderkey, so that their join needs no network (no data
-- given: by rule) [joins of l_orderkey with o_orderkey 1 (declared keys), not chosen: joins of l_partkey with
-- p_partkey 1 (declared keys)]
-- sort: by l_orderkey, the distribution key: joins on it can merge (no data given: by rule)
CREATE TABLE lineitem (
    l_orderkey      BIGINT        NOT NULL ENCODE RAW,   -- sort key stays RAW, so that a zone map's hit reads few rows
    l_partkey       BIGINT        NOT NULL ENCODE AZ64,  -- default of BIGINT
    l_suppkey       BIGINT        NOT NULL ENCODE AZ64,  -- default of BIGINT
    l_linenumber    INTEGER       NOT NULL ENCODE AZ64,  -- default of INTEGER
    l_quantity      DECIMAL(15,2) NOT NULL ENCODE AZ64,  -- default of DECIMAL
    l_extendedprice DECIMAL(15,2) NOT NULL ENCODE AZ64,  -- default of DECIMAL
    l_discount      DECIMAL(15,2) NOT NULL ENCODE AZ64,  -- default of DECIMAL
    l_tax           DECIMAL(15,2) NOT NULL ENCODE AZ64,  -- default of DECIMAL
    l_returnflag    VARCHAR(4)    NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 1 character of up to 4 bytes
    l_linestatus    VARCHAR(4)    NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 1 character of up to 4 bytes
    l_shipdate      DATE          NOT NULL ENCODE AZ64,  -- default of DATE
    l_commitdate    DATE          NOT NULL ENCODE AZ64,  -- default of DATE
    l_receiptdate   DATE          NOT NULL ENCODE AZ64,  -- default of DATE
    l_shipinstruct  VARCHAR(100)  NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 25 characters of up to 4 bytes
    l_shipmode      VARCHAR(40)   NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 10 characters of up to 4 bytes
    l_comment       VARCHAR(176)  NOT NULL ENCODE LZO,   -- default of text (no data given: by rule), 44 characters of up to 4 bytes
    PRIMARY KEY (l_orderkey, l_linenumber)
)
DISTSTYLE KEY
DISTKEY (l_orderkey)
COMPOUND SORTKEY (l_orderkey);

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
