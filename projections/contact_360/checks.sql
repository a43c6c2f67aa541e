-- Every person has one row.
SELECT tenant, contact_id FROM contact
EXCEPT
SELECT tenant, contact_id FROM contact_360;
