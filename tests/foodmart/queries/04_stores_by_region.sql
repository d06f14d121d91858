-- What did the stores of each region sell, by type of store, and how large is the largest of them?
SELECT
    sales_region,
    store_type,
    count(DISTINCT store_id) AS stores,
    sum(store_sales) AS sales,
    max(store_sqft) AS largest
FROM sales_fact_1997
JOIN store USING (store_id)
JOIN region USING (region_id)
GROUP BY sales_region, store_type
ORDER BY sales_region, store_type;
