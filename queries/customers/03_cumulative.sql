-- What each customer has spent so far, purchase by purchase. The last filter keeps the answer short and the work whole.
WITH purchases AS (
    SELECT purchase, customer_name, parse_day(bought_on) AS day, category, product_name, quantity, price,
           amount_spent(quantity, price) AS amount_spent
    FROM customers
), windows AS (
    SELECT *,
           sum(amount_spent) OVER (
               PARTITION BY customer_name ORDER BY day, category, purchase ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
           ) AS cumulative_sum
    FROM purchases
)
SELECT customer_name, day, category, product_name, quantity, price, amount_spent, cumulative_sum
FROM windows
WHERE purchase <= 1000
ORDER BY customer_name, day, category, purchase
