-- Words, values and periods in one index: what a word and a month have in common is found there, and the rest of the years
-- is not read for it.

-- The periods in which something was published, whole centuries, decades, years, months and quarters of months:
-- {20, 202, 2026, 202611, 2026114} for the 22nd of November 2026 and later. What is outside of these years is in 0, and
-- what has no date in -1.
CREATE FUNCTION periods_of(published timestamptz) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN published >= '1900-01-01 00:00:00+00'::timestamptz AND published < '2050-01-01 00:00:00+00'::timestamptz THEN
        ARRAY[
            date_part('year', published AT TIME ZONE 'UTC')::integer / 100,
            date_part('year', published AT TIME ZONE 'UTC')::integer / 10,
            date_part('year', published AT TIME ZONE 'UTC')::integer,
            date_part('year', published AT TIME ZONE 'UTC')::integer * 100
                + date_part('month', published AT TIME ZONE 'UTC')::integer,
            date_part('year', published AT TIME ZONE 'UTC')::integer * 1000
                + date_part('month', published AT TIME ZONE 'UTC')::integer * 10
                + least((date_part('day', published AT TIME ZONE 'UTC')::integer + 6) / 7, 4)
        ]
    WHEN isfinite(published) THEN ARRAY[0]
    ELSE ARRAY[-1]
END;

-- Postgres meets the columns of an index in their order. Periods come first, so that it begins and ends where they do; then
-- what is rarer comes first.
DROP INDEX articles_words_idx, quotes_words_idx;
CREATE INDEX articles_words_idx ON articles
    USING gin (periods_of(published_desc), keywords, vector, section, publisher, language)
    WITH (gin_pending_list_limit = 1024);
CREATE INDEX quotes_words_idx ON quotes
    USING gin (periods_of(published_desc), said_on, speaker_id, vector, cue_lemma, publisher, status, speaker_status, kind,
        language)
    WITH (gin_pending_list_limit = 1024);
