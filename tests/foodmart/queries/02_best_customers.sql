-- Which twenty customers of one state spent the most in the second half of 1997?
SELECT
    customer_id,
    fullname,
    sum(store_sales) AS spent
FROM sales_fact_1997
JOIN customer USING (customer_id)
JOIN time_by_day USING (time_id)
WHERE state_province = 'CA'
    AND the_date >= TIMESTAMP '1997-07-01 00:00:00'
GROUP BY customer_id, fullname
ORDER BY spent DESC, customer_id
LIMIT 20;
