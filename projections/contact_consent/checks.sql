-- Who said yes or no has a row in contact.
SELECT s.tenant, s.contact_id, s.purpose
FROM contact_consent AS s
LEFT JOIN contact AS c ON s.tenant = c.tenant AND s.contact_id = c.contact_id
WHERE c.contact_id IS NULL;

-- Only who agreed agreed to a wording.
SELECT tenant, contact_id, purpose
FROM contact_consent
WHERE NOT given AND wording IS NOT NULL;
