-- What each customer spent per week. A week belongs to the year of its Thursday (ISO 8601).
WITH purchases AS (
    SELECT purchase, customer_name, CAST(date_trunc('week', parse_day(bought_on)) AS DATE) AS monday,
           amount_spent(quantity, price) AS amount_spent
    FROM customers
), weeks AS (
    SELECT customer_name, monday, sum(amount_spent) AS amount_spent, min(purchase) AS first_purchase
    FROM purchases
    GROUP BY customer_name, monday
)
SELECT customer_name, EXTRACT(year FROM monday + INTERVAL '3' DAY) AS year, EXTRACT(week FROM monday) AS week, amount_spent
FROM weeks
WHERE first_purchase <= 1000
ORDER BY customer_name, monday
