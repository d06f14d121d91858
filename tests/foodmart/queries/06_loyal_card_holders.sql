-- What do holders of each member card buy per visit, by income?
SELECT
    member_card,
    yearly_income,
    count(*) AS lines,
    count(DISTINCT customer_id) AS customers,
    sum(store_sales) AS sales
FROM sales_fact_1997
JOIN customer USING (customer_id)
WHERE member_card IN ('Golden', 'Silver')
GROUP BY member_card, yearly_income
ORDER BY member_card, yearly_income;
