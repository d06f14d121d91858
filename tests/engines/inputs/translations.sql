-- averages of integers
SELECT avg(i), avg(j) FROM t;

-- averages of decimals
SELECT g, avg(d), avg(e), avg(DISTINCT d) FROM t GROUP BY g ORDER BY g;

-- an average of products
SELECT avg(1.5 * i), avg(d * e), avg(i + d) FROM t;

-- division of integers
SELECT id, i / j, i / 2, 7 / j FROM t ORDER BY id;

-- division of decimals
SELECT id, d / 3, d / e, 1.0 / 3, e / 7.0 FROM t WHERE e <> 0 ORDER BY id;

-- whole division of negative numbers
SELECT id, i // j, (-7) // 2, 7 // (-2) FROM t ORDER BY id;

-- whole division of sums
SELECT sum(i) // 2, count(*) // 3, sum(id) // count(i) FROM t;

-- whole division of years
SELECT id, extract(YEAR FROM day) // 10 AS decade FROM t ORDER BY id;

-- remainders of negative numbers
SELECT id, i % j, d % 2, (-7) % 3 FROM t ORDER BY id;

-- precedence
SELECT id, i * i / 2, (i + j) / 2, i // 2 * 3, -i / 2 FROM t ORDER BY id;

-- NULLs last upwards
SELECT id, i FROM t ORDER BY i, id;

-- NULLs last downwards
SELECT id, d FROM t ORDER BY d DESC, id;

-- NULLs first
SELECT id, s FROM t ORDER BY s DESC NULLS FIRST, id DESC;

-- NULLs by place and alias
SELECT id, i AS number, f FROM t ORDER BY 3 DESC, number, 1;

-- NULLs in an expression of an alias
SELECT id, i AS number FROM t ORDER BY number + 1 DESC, id;

-- NULLs in windows
SELECT id, row_number() OVER (ORDER BY i DESC, id), rank() OVER (PARTITION BY g ORDER BY d) FROM t ORDER BY id;

-- NULLs limited
SELECT i, id FROM t ORDER BY i DESC, id LIMIT 3 OFFSET 1;

-- text in binary order
SELECT p, id FROM t ORDER BY p, id;

-- least text
SELECT min(p), max(p) FROM t WHERE p > 'B';

-- products with many places
SELECT sum(CAST(d AS DECIMAL(19, 2)) * e * (1 + e)), max(CAST(e AS DECIMAL(20, 6)) * e * 0.001), sum(d) * 0.0001 FROM t;

-- sums
SELECT sum(i), sum(d), sum(f), sum(d * i), sum(DISTINCT i) FROM t;

-- sums of nothing
SELECT sum(i), count(i), avg(d), min(s) FROM t WHERE id > 100;

-- truth values summed
SELECT g, sum(ok), sum(CAST(ok AS INTEGER)) FROM t GROUP BY g ORDER BY g;

-- truth values as text
SELECT id, CAST(ok AS VARCHAR), CAST(ok AS BIGINT) FROM t ORDER BY id;

-- conditions counted
SELECT g, count_if(i > 5), count_if(i > 500) FROM t GROUP BY g ORDER BY g;

-- conditions of nothing counted
SELECT count_if(ok) FROM t WHERE id > 100;

-- all and any
SELECT g, bool_and(ok), bool_or(i > 6) FROM t GROUP BY g ORDER BY g;

-- filters
SELECT g, sum(i) FILTER (WHERE ok), count(*) FILTER (WHERE i > 5), avg(d) FILTER (WHERE d > 0) FROM t GROUP BY g ORDER
    BY g;

-- rounding decimals
SELECT id, round(d, 1), round(e, 3), round(e), floor(e), ceil(e) FROM t ORDER BY id;

-- rounding floats
SELECT id, round(f), round(f / 3, 2), floor(f), ceil(f) FROM t ORDER BY id;

-- casts to integers
SELECT id, CAST(d AS INTEGER), CAST(f AS INTEGER), CAST(e AS BIGINT) FROM t ORDER BY id;

-- casts to decimals
SELECT id, CAST(e AS DECIMAL(10, 2)), CAST(i AS DECIMAL(9, 1)), CAST(f AS DOUBLE) FROM t ORDER BY id;

-- casts of text
SELECT CAST('12' AS INTEGER), CAST('2016-02-29' AS DATE), CAST(' 3.5' AS DOUBLE), CAST(i AS VARCHAR) FROM t WHERE id = 1;

-- text put together
SELECT id, s || p, concat(s, '-', p, i), s || 'x' FROM t ORDER BY id;

-- patterns
SELECT id FROM t WHERE s LIKE 'a\_b' OR s LIKE 'a%c' ORDER BY id;

-- patterns with an escape
SELECT id FROM t WHERE s LIKE 'a!%b' ESCAPE '!' ORDER BY id;

-- patterns without case
SELECT id FROM t WHERE p ILIKE 'c' OR s ILIKE 'z%' ORDER BY id;

-- parts of text
SELECT id, substring(s FROM 1 FOR 2), substr(s, 2), length(s), upper(s), lower(p), trim(p), left(s, 2), right(s, 1) FROM
    t ORDER BY id;

-- places in text
SELECT id, strpos(s, 'b'), position('b' IN s), replace(s, 'b', 'x') FROM t ORDER BY id;

-- blanks count
SELECT id, p = 'b', length(p) FROM t ORDER BY id;

-- parts of dates
SELECT id, extract(YEAR FROM day), quarter(day), month(day), day(day), week(day), dayofweek(day), isodow(day),
    dayofyear(day), isoyear(day) FROM t ORDER BY id;

-- parts of times
SELECT id, extract(HOUR FROM seen), extract(MINUTE FROM seen), date_part('year', seen), weekday(seen) FROM t ORDER BY id;

-- differences of dates
SELECT id, day - DATE '2016-01-01', date_diff('day', DATE '2016-01-01', day), date_diff('day', seen, TIMESTAMP
    '2017-01-01 00:00:01') FROM t ORDER BY id;

-- dates moved
SELECT id, day + INTERVAL 1 MONTH, day - INTERVAL '1' YEAR, day + 10, seen + INTERVAL 36 HOUR, day - 3 FROM t ORDER BY
    id;

-- dates truncated
SELECT id, date_trunc('month', seen), date_trunc('year', seen), date_trunc('week', seen) FROM t ORDER BY id;

-- dates compared
SELECT id FROM t WHERE day BETWEEN DATE '2016-01-01' AND DATE '2016-01-01' + INTERVAL '2' MONTH ORDER BY id;

-- dates parsed
SELECT strptime('2016-02-29', '%Y-%m-%d'), CAST(strptime('03.01.2021', '%d.%m.%Y') AS DATE) FROM t WHERE id = 1;

-- grouped by an alias
SELECT extract(YEAR FROM day) AS y, count(*) AS n FROM t GROUP BY y HAVING n > 0 ORDER BY y;

-- grouped by all
SELECT g, ok, count(*), sum(i) FROM t GROUP BY ALL ORDER BY ALL;

-- aliases in WHERE and SELECT
SELECT id, i + 1 AS more, more * 2 AS twice FROM t WHERE more > 6 ORDER BY id;

-- rollup
SELECT g, ok, sum(i), grouping(g) FROM t GROUP BY ROLLUP (g, ok) ORDER BY g, ok, 4, 3;

-- the first of each group
SELECT DISTINCT ON (g) g, id, i FROM t ORDER BY g, i DESC, id;

-- qualified
SELECT g, id, i FROM t QUALIFY row_number() OVER (PARTITION BY g ORDER BY i DESC, id) = 1 ORDER BY g LIMIT 2;

-- qualified and ordered by what is not shown
SELECT id FROM t QUALIFY rank() OVER (ORDER BY d) < 4 ORDER BY f DESC, id;

-- frames
SELECT id, sum(d) OVER (PARTITION BY g ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), avg(i) OVER (ORDER BY id
    ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING) FROM t ORDER BY id;

-- frames without end
SELECT id, sum(i) OVER (PARTITION BY g), count(*) OVER (ORDER BY id), last_value(i) OVER (PARTITION BY g ORDER BY id
    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM t ORDER BY id;

-- windows by name
SELECT id, sum(i) OVER w, max(d) OVER w FROM t WINDOW w AS (PARTITION BY g ORDER BY id ROWS UNBOUNDED PRECEDING) ORDER
    BY id;

-- neighbours
SELECT id, lag(i) OVER (ORDER BY id), lead(i, 2) OVER (ORDER BY id), ntile(3) OVER (ORDER BY id) FROM t ORDER BY id;

-- distinct NULLs
SELECT a.id, b.id FROM t AS a JOIN t AS b ON a.g IS NOT DISTINCT FROM b.g AND a.i IS DISTINCT FROM b.i ORDER BY 1, 2;

-- counting what differs
SELECT count(DISTINCT i), count(DISTINCT g), count(g), count(*) FROM t;

-- sets
SELECT g FROM t UNION SELECT j FROM t EXCEPT SELECT 1 ORDER BY 1;

-- the greater
SELECT id, greatest(i, j), least(d, e), coalesce(i, j, 0), nullif(i, 7) FROM t ORDER BY id;

-- spreads
SELECT g, stddev(d), stddev_pop(i), variance(f), var_pop(d) FROM t GROUP BY g ORDER BY g;

-- powers
SELECT id, power(i, 2), sqrt(abs(d)), exp(f), ln(abs(d) + 1), sign(i), abs(i) FROM t ORDER BY id;

-- not in with NULLs
SELECT id FROM t WHERE i NOT IN (SELECT j FROM t WHERE j IS NOT NULL) ORDER BY id;

-- a subquery for each row
SELECT id, (SELECT max(o.i) FROM t AS o WHERE o.g = t.g) FROM t ORDER BY id;

-- literals
SELECT 'it''s', 'a\b', 1e3, .5, TRUE, NULL, 12345678901 FROM t WHERE id = 1;

-- seconds
SELECT id, extract(SECOND FROM seen), extract(EPOCH FROM seen), second(seen) FROM t ORDER BY id;

-- any value of one
SELECT g, any_value(g), any_value(s || 'x') FROM t WHERE id IN (1, 5) GROUP BY g ORDER BY g;

-- weeks of dates, bare and cast
SELECT id, CAST(date_trunc('week', CAST(day AS DATE)) AS DATE) AS a, CAST(date_trunc('month', day) AS DATE) AS b FROM t ORDER BY id
