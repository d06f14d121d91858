-- How many units and how much money did the promotions of each medium bring, against what they cost?
SELECT
    media_type,
    count(DISTINCT promotion_id) AS promotions,
    sum(units) AS units,
    sum(sales) AS sales,
    sum(cost) AS cost
FROM (
    SELECT
        promotion_id,
        sum(unit_sales) AS units,
        sum(store_sales) AS sales
    FROM sales_fact_1997
    WHERE promotion_id > 0
    GROUP BY promotion_id
) AS sold
JOIN promotion USING (promotion_id)
GROUP BY media_type
ORDER BY sales DESC, media_type;
