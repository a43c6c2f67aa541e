-- Every meeting of which an event tells is one meeting here.
SELECT h.tenant, h.meeting_id
FROM meeting_history AS h
FULL JOIN meeting AS m ON h.tenant = m.tenant AND h.meeting_id = m.meeting_id
WHERE h.meeting_id IS NULL OR m.meeting_id IS NULL;
