-- Every order that any event tells of has one row.
SELECT tenant, order_id FROM order_history
EXCEPT
SELECT tenant, order_id FROM customer_order;
