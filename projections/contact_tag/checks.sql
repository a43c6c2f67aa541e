-- Who carries a tag has a row in contact.
SELECT t.tenant, t.contact_id, t.tag
FROM contact_tag AS t
LEFT JOIN contact AS c ON t.tenant = c.tenant AND t.contact_id = c.contact_id
WHERE c.contact_id IS NULL;
