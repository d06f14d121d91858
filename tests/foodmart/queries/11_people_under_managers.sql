-- How many people work under each of the managers that have the most, at any distance?
SELECT
    manager.full_name,
    manager.position_title,
    count(*) AS people,
    sum(worker.salary) AS salaries
FROM employee_closure
JOIN employee AS manager ON manager.employee_id = employee_closure.supervisor_id
JOIN employee AS worker ON worker.employee_id = employee_closure.employee_id
WHERE distance > 0
GROUP BY manager.employee_id, manager.full_name, manager.position_title
ORDER BY people DESC, manager.full_name
LIMIT 15;
