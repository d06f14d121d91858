-- Purchases as a shop's journal keeps them: the day arrives as text, and there is no table of products.
CREATE TABLE customers (
    purchase      BIGINT         NOT NULL PRIMARY KEY,
    customer_name VARCHAR(40)    NOT NULL,
    bought_on     VARCHAR(10)    NOT NULL,
    category      VARCHAR(1)     NOT NULL,
    product_name  VARCHAR(60)    NOT NULL,
    quantity      INTEGER        NOT NULL,
    price         DECIMAL(10, 2) NOT NULL
);
