-- What did one store sell on each day of a few weeks?
SELECT
    the_date,
    store_name,
    count(*) AS lines,
    sum(store_sales) AS sales
FROM sales_fact_1997
JOIN time_by_day ON time_by_day.time_id = sales_fact_1997.time_id
JOIN store ON store.store_id = sales_fact_1997.store_id
WHERE sales_fact_1997.time_id BETWEEN 500 AND 520
    AND sales_fact_1997.store_id = 13
GROUP BY the_date, store_name
ORDER BY the_date;
