-- A message carries words, and every type of event has a word for its kind.
SELECT tenant, event_id, event_type
FROM personal.message
WHERE coalesce(subject_line, body, location, tracking, custom) IS NULL OR kind IS NULL;
