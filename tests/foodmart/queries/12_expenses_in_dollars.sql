-- What did the stores of each country spend per account in 1997, in dollars of the day?
SELECT
    store_country,
    account_description,
    sum(amount * conversion_ratio) AS dollars
FROM expense_fact
JOIN account USING (account_id)
JOIN store USING (store_id)
JOIN currency ON currency.currency_id = expense_fact.currency_id
    AND CAST(currency.date AS TIMESTAMP) = expense_fact.exp_date
WHERE account_type = 'Expense'
GROUP BY store_country, account_description
ORDER BY store_country, account_description;
