-- A key means one contact.
SELECT tenant, reference
FROM contact_key
GROUP BY tenant, reference
HAVING count(*) > 1;
