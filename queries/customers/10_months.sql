-- What each customer spent per month.
WITH purchases AS (
    SELECT purchase, customer_name, EXTRACT(year FROM parse_day(bought_on)) AS year, EXTRACT(month FROM parse_day(bought_on)) AS month,
           amount_spent(quantity, price) AS amount_spent
    FROM customers
), months AS (
    SELECT customer_name, year, month, sum(amount_spent) AS amount_spent, min(purchase) AS first_purchase
    FROM purchases
    GROUP BY customer_name, year, month
)
SELECT customer_name, year, month, amount_spent
FROM months
WHERE first_purchase <= 1000
ORDER BY customer_name, year, month
