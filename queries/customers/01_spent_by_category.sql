-- What each category brought in: one function call per purchase.
SELECT category, count(*) AS purchases, sum(amount_spent(quantity, price)) AS amount_spent
FROM customers
GROUP BY category
ORDER BY category
