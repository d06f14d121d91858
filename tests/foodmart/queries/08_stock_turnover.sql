-- How much of the stock that warehouses shipped in 1997 was sold, by category of products?
SELECT
    product_category,
    sum(shipped) AS shipped,
    sum(sold) AS sold
FROM (
    SELECT product_id, sum(units_shipped) AS shipped FROM inventory_fact_1997 GROUP BY product_id
) AS stock
JOIN (
    SELECT product_id, sum(unit_sales) AS sold FROM sales_fact_1997 GROUP BY product_id
) AS sales USING (product_id)
JOIN product USING (product_id)
JOIN product_class USING (product_class_id)
GROUP BY product_category
ORDER BY product_category;
