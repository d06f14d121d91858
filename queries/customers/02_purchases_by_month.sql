-- How many purchases each month saw: one parsed date per purchase.
SELECT EXTRACT(year FROM parse_day(bought_on)) AS year, EXTRACT(month FROM parse_day(bought_on)) AS month, count(*) AS purchases
FROM customers
GROUP BY 1, 2
ORDER BY 1, 2
