-- What did each family of products sell and earn, quarter by quarter of 1997?
SELECT
    product_family,
    quarter,
    sum(store_sales) AS sales,
    sum(store_sales - store_cost) AS profit
FROM sales_fact_1997
JOIN time_by_day USING (time_id)
JOIN product USING (product_id)
JOIN product_class USING (product_class_id)
WHERE the_year = 1997
GROUP BY product_family, quarter
ORDER BY product_family, quarter;
