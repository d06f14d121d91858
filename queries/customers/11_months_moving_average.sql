-- The average of a month with purchases and the three such months before it.
WITH purchases AS (
    SELECT purchase, customer_name, EXTRACT(year FROM parse_day(bought_on)) AS year, EXTRACT(month FROM parse_day(bought_on)) AS month,
           amount_spent(quantity, price) AS amount_spent
    FROM customers
), months AS (
    SELECT customer_name, year, month, sum(amount_spent) AS amount_spent, min(purchase) AS first_purchase
    FROM purchases
    GROUP BY customer_name, year, month
), windows AS (
    SELECT *,
           avg(CAST(amount_spent AS DOUBLE)) OVER (
               PARTITION BY customer_name ORDER BY year, month ROWS BETWEEN 3 PRECEDING AND CURRENT ROW
           ) AS moving_average
    FROM months
)
SELECT customer_name, year, month, amount_spent, moving_average
FROM windows
WHERE first_purchase <= 1000
ORDER BY customer_name, year, month
