-- Every line belongs to an order.
SELECT l.tenant, l.order_id FROM order_line AS l
LEFT JOIN customer_order AS o ON l.tenant = o.tenant AND l.order_id = o.order_id
WHERE o.order_id IS NULL;
