-- Who has an address is in the directory.
SELECT e.tenant, e.contact_id
FROM personal.contact_email AS e
LEFT JOIN personal.contact AS c ON e.tenant = c.tenant AND e.contact_id = c.contact_id
WHERE c.contact_id IS NULL OR c.email IS NULL;

-- Who has a telephone number is in the directory.
SELECT e.tenant, e.contact_id
FROM personal.contact_phone AS e
LEFT JOIN personal.contact AS c ON e.tenant = c.tenant AND e.contact_id = c.contact_id
WHERE c.contact_id IS NULL OR c.phone IS NULL;
