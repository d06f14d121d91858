-- What each customer spent per day.
WITH purchases AS (
    SELECT purchase, customer_name, parse_day(bought_on) AS day, amount_spent(quantity, price) AS amount_spent
    FROM customers
), days AS (
    SELECT customer_name, day, sum(amount_spent) AS amount_spent, min(purchase) AS first_purchase
    FROM purchases
    GROUP BY customer_name, day
)
SELECT customer_name, day, EXTRACT(year FROM day) AS year, amount_spent
FROM days
WHERE first_purchase <= 1000
ORDER BY customer_name, day
