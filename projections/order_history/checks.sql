-- The events of an order are numbered from 1 without gaps.
SELECT tenant, order_id
FROM order_history
GROUP BY tenant, order_id
HAVING min(n) <> 1 OR max(n) <> count(*);

-- What contradicts the order's state changes none of it.
SELECT b.tenant, b.event_id
FROM order_history AS a
INNER JOIN order_history AS b ON a.tenant = b.tenant AND a.order_id = b.order_id AND a.n + 1 = b.n
WHERE
    b.contradiction IS NOT NULL
    AND (
        b.changed
        OR a.status <> b.status
        OR a.amount IS DISTINCT FROM b.amount
        OR a.is_paid IS DISTINCT FROM b.is_paid
        OR a.is_shipped IS DISTINCT FROM b.is_shipped
    );

-- An event that is no contradiction leaves the order in the status that its name says.
SELECT tenant, event_id
FROM order_history
WHERE
    contradiction IS NULL
    AND (
        action = 'cancelled' AND status <> 'cancelled'
    );
