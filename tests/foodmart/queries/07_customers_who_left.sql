-- Which customers with a golden card bought in 1997 and not at all in December 1998?
SELECT
    city,
    count(*) AS customers
FROM customer
WHERE member_card = 'Golden'
    AND EXISTS (SELECT 1 FROM sales_fact_1997 WHERE sales_fact_1997.customer_id = customer.customer_id)
    AND NOT EXISTS (SELECT 1 FROM sales_fact_dec_1998 WHERE sales_fact_dec_1998.customer_id = customer.customer_id)
GROUP BY city
ORDER BY customers DESC, city;
