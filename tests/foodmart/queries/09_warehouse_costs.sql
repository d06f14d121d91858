-- What did each class of warehouse cost for what it sold in the first quarter of 1998?
SELECT
    description,
    warehouse_country,
    sum(warehouse_sales) AS sales,
    sum(warehouse_cost) AS cost
FROM inventory_fact_1998
JOIN warehouse USING (warehouse_id)
JOIN warehouse_class USING (warehouse_class_id)
JOIN time_by_day USING (time_id)
WHERE the_year = 1998
    AND quarter = 'Q1'
GROUP BY description, warehouse_country
ORDER BY description, warehouse_country;
