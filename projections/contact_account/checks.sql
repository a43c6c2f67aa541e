-- Of a person's accounts one is the current one.
SELECT tenant, contact_id
FROM contact_account
GROUP BY tenant, contact_id
HAVING count(*) FILTER (WHERE is_current) <> 1;
