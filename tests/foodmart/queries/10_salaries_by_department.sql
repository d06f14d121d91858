-- What was paid per department and month in 1997, in dollars, and for how much overtime?
SELECT
    department_description,
    month(pay_date) AS pay_month,
    count(DISTINCT salary.employee_id) AS employees,
    sum(salary_paid) AS paid,
    sum(overtime_paid) AS overtime
FROM salary
JOIN department ON department.department_id = salary.department_id
JOIN employee ON employee.employee_id = salary.employee_id
WHERE pay_date >= TIMESTAMP '1997-01-01 00:00:00'
    AND pay_date < TIMESTAMP '1998-01-01 00:00:00'
    AND employee.management_role LIKE 'Store%'
GROUP BY department_description, pay_month
ORDER BY department_description, pay_month;
