"""Public hand-made distributions and primary keys, and TPC-DS's row counts at 3 TB, to compare choices with.

From awslabs/amazon-redshift-utils, src/CloudDataWarehouseBenchmark, Cloud-DWB-Derived-from-TPCH and -TPCDS at commit
f208c1100370eebca8b38d3e7d0654fb337e3463: DISTKEY column per table, None for DISTSTYLE ALL; PRIMARY KEY's first column.
"""

from __future__ import annotations

TPCH_KEYS = {
    "lineitem": "l_orderkey",
    "orders": "o_orderkey",
    "customer": "c_custkey",
    "part": "p_partkey",
    "partsupp": "ps_partkey",
    "supplier": "s_suppkey",
    "nation": "n_nationkey",
    "region": "r_regionkey",
}
TPCDS_KEYS: dict[str, str | None] = {
    "store_sales": "ss_item_sk",
    "store_returns": "sr_item_sk",
    "catalog_sales": "cs_item_sk",
    "catalog_returns": "cr_item_sk",
    "web_sales": "ws_order_number",
    "web_returns": "wr_order_number",
    "inventory": "inv_item_sk",
    "item": "i_item_sk",
    "customer": "c_customer_sk",
    "customer_address": "ca_address_sk",
    "customer_demographics": "cd_demo_sk",
    **dict.fromkeys(("date_dim", "time_dim", "store", "call_center", "catalog_page", "web_site", "web_page", "warehouse")),
    **dict.fromkeys(("ship_mode", "reason", "income_band", "household_demographics", "promotion")),
}
TPCH_PRIMARY = TPCH_KEYS  # the hand-made keys are the first columns of the primary keys
TPCDS_PRIMARY = {
    "store_sales": "ss_item_sk",
    "store_returns": "sr_item_sk",
    "catalog_sales": "cs_item_sk",
    "catalog_returns": "cr_item_sk",
    "web_sales": "ws_item_sk",
    "web_returns": "wr_item_sk",
    "inventory": "inv_date_sk",
    "item": "i_item_sk",
    "customer": "c_customer_sk",
    "customer_address": "ca_address_sk",
    "customer_demographics": "cd_demo_sk",
    "date_dim": "d_date_sk",
    "time_dim": "t_time_sk",
    "store": "s_store_sk",
    "call_center": "cc_call_center_sk",
    "catalog_page": "cp_catalog_page_sk",
    "web_site": "web_site_sk",
    "web_page": "wp_web_page_sk",
    "warehouse": "w_warehouse_sk",
    "ship_mode": "sm_ship_mode_sk",
    "reason": "r_reason_sk",
    "income_band": "ib_income_band_sk",
    "household_demographics": "hd_demo_sk",
    "promotion": "p_promo_sk",
}
TPCDS_ROWS_3TB = {
    "store_sales": 8639936081,
    "store_returns": 863989652,
    "catalog_sales": 4320078880,
    "catalog_returns": 432018033,
    "web_sales": 2159968881,
    "web_returns": 216003761,
    "inventory": 1033560000,
    "item": 360000,
    "customer": 30000000,
    "customer_address": 15000000,
    "customer_demographics": 1920800,
    "date_dim": 73049,
    "time_dim": 86400,
    "store": 1350,
    "call_center": 48,
    "catalog_page": 36000,
    "web_site": 66,
    "web_page": 3600,
    "warehouse": 22,
    "ship_mode": 20,
    "reason": 67,
    "income_band": 20,
    "household_demographics": 7200,
    "promotion": 1800,
}
