-- How did the last December compare with the one before, by department of products?
SELECT
    product_department,
    sum(CASE WHEN period = 1998 THEN store_sales ELSE 0 END) AS sales_1998,
    sum(CASE WHEN period = 1997 THEN store_sales ELSE 0 END) AS sales_1997
FROM (
    SELECT 1998 AS period, product_id, time_id, store_sales FROM sales_fact_dec_1998
    UNION ALL
    SELECT 1997 AS period, product_id, time_id, store_sales FROM sales_fact_1997
) AS sales
JOIN time_by_day USING (time_id)
JOIN product USING (product_id)
JOIN product_class USING (product_class_id)
WHERE the_month = 'December'
GROUP BY product_department
ORDER BY product_department;
