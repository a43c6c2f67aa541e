-- sqlfluff:dialect:duckdb
-- What every map can use, beside the variable `source` and what --set gives: getvariable('zone').

-- A reference by the source's own key; NULL without a key.
CREATE MACRO reference(kind, key) AS kind || ':' || getvariable('source') || ':' || trim(key);

-- A time as text. A time without a zone is one of the zone that --set zone=… gives; without that it is refused later.
CREATE MACRO event_time(written) AS CASE
    WHEN getvariable('zone') IS NOT NULL
        AND regexp_full_match(trim(written), '\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?')
        THEN strftime(
            trim(written)::TIMESTAMP AT TIME ZONE getvariable('zone') AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ'
        )
    ELSE trim(written)
END;
