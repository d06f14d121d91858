-- The average of a purchase, the two before and the two after it.
WITH purchases AS (
    SELECT purchase, customer_name, parse_day(bought_on) AS day, category, product_name, quantity, price,
           amount_spent(quantity, price) AS amount_spent
    FROM customers
), windows AS (
    SELECT *,
           sum(amount_spent) OVER (
               PARTITION BY customer_name ORDER BY day, category, purchase ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
           ) AS cumulative_sum,
           avg(CAST(amount_spent AS DOUBLE)) OVER (
               PARTITION BY customer_name ORDER BY day, category, purchase ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING
           ) AS moving_average
    FROM purchases
)
SELECT customer_name, day, category, product_name, quantity, price, amount_spent, cumulative_sum, moving_average
FROM windows
WHERE purchase <= 1000
ORDER BY customer_name, day, category, purchase
