-- The average of a day with purchases and the seven such days before it.
WITH purchases AS (
    SELECT purchase, customer_name, parse_day(bought_on) AS day, amount_spent(quantity, price) AS amount_spent
    FROM customers
), days AS (
    SELECT customer_name, day, sum(amount_spent) AS amount_spent, min(purchase) AS first_purchase
    FROM purchases
    GROUP BY customer_name, day
), windows AS (
    SELECT *,
           avg(CAST(amount_spent AS DOUBLE)) OVER (
               PARTITION BY customer_name ORDER BY day ROWS BETWEEN 7 PRECEDING AND CURRENT ROW
           ) AS moving_average
    FROM days
)
SELECT customer_name, day, EXTRACT(year FROM day) AS year, amount_spent, moving_average
FROM windows
WHERE first_purchase <= 1000
ORDER BY customer_name, day
