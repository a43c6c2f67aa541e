-- The events of a subscription are numbered from 1 without gaps.
SELECT tenant, subscription_id
FROM subscription_history
GROUP BY tenant, subscription_id
HAVING min(n) <> 1 OR max(n) <> count(*);

-- What contradicts the subscription's state changes none of it.
SELECT b.tenant, b.event_id
FROM subscription_history AS a
INNER JOIN subscription_history AS b ON a.tenant = b.tenant AND a.subscription_id = b.subscription_id AND a.n + 1 = b.n
WHERE
    b.contradiction IS NOT NULL
    AND (
        b.changed
        OR a.status <> b.status
        OR a.plan IS DISTINCT FROM b.plan
        OR a.amount IS DISTINCT FROM b.amount
        OR a.currency IS DISTINCT FROM b.currency
        OR a.every IS DISTINCT FROM b.every
    );

-- An event that is no contradiction leaves the subscription in the status that its name says.
SELECT tenant, event_id
FROM subscription_history
WHERE
    contradiction IS NULL
    AND (
        (action = 'started' AND status <> 'active')
        OR (action = 'ended' AND status <> 'ended')
    );
