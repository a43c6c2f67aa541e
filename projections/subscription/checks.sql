-- Every subscription that any event tells of has one row.
SELECT tenant, subscription_id FROM subscription_history
EXCEPT
SELECT tenant, subscription_id FROM subscription;
