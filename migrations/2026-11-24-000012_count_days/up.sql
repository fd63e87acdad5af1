-- How many articles, mentions and quotes there are of each value, by day of publication in UTC: what statistics over
-- the whole collection are answered from. Writers only add rows to `count_changes`, where nobody waits for anybody; the
-- service folds these into the counts, and whoever reads adds those that are not folded yet.
CREATE TABLE count_changes (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT count_changes_pkey PRIMARY KEY,
    -- articles, mentions, quotes, or about: an entity that a quote is about.
    of text NOT NULL,
    -- How many records more, or fewer: 1 for one that came, -1 for one that went; one that changed is both.
    change integer NOT NULL,
    day date NOT NULL,
    language text,
    publisher text,
    kind text,
    status text,
    speaker_status text,
    cue text,
    -- The entity mentioned, speaking, or spoken about.
    entity_id uuid
);

-- A key of '' stands for none; a day of '-infinity' for the undated, of 'infinity' for all days together.
CREATE TABLE day_counts (
    of text NOT NULL,
    dimension text NOT NULL,
    key text NOT NULL,
    day date NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT day_counts_pkey PRIMARY KEY (of, dimension, key, day)
);
CREATE INDEX day_counts_count_idx ON day_counts (of, dimension, count DESC) WHERE day = 'infinity';

-- The same of entities: as mentioned, as speaker, as what a quote is about. The nil id stands for nobody.
CREATE TABLE entity_day_counts (
    role text NOT NULL,
    entity_id uuid NOT NULL,
    day date NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT entity_day_counts_pkey PRIMARY KEY (role, entity_id, day)
);
CREATE INDEX entity_day_counts_count_idx ON entity_day_counts (role, count DESC) WHERE day = 'infinity';

CREATE FUNCTION publication_day(published_desc timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (published_desc AT TIME ZONE 'UTC')::date
$$;

-- The dimensions that a change counts in, and its key in each. A rejected quote counts by its status alone.
CREATE FUNCTION count_keys(c count_changes) RETURNS TABLE (dimension text, key text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT v.dimension, coalesce(v.key, '') FROM (VALUES
        ('', NULL), ('language', c.language), ('publisher', c.publisher), ('kind', c.kind), ('status', c.status),
        ('speaker_status', c.speaker_status), ('cue', c.cue)) AS v (dimension, key)
    WHERE CASE c.of
        WHEN 'articles' THEN v.dimension IN ('', 'language', 'publisher')
        WHEN 'mentions' THEN v.dimension IN ('', 'language', 'publisher', 'kind')
        WHEN 'quotes' THEN c.status <> 'rejected' OR v.dimension = 'status'
        ELSE false
    END
$$;

-- The role in which a change counts its entity; null when it counts none.
CREATE FUNCTION count_role(of text, status text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE of
        WHEN 'mentions' THEN 'mentioned'
        WHEN 'quotes' THEN CASE WHEN status <> 'rejected' THEN 'speaker' END
        WHEN 'about' THEN 'about'
    END
$$;

-- What an entity is said about counts only while its quote is not rejected.
ALTER TABLE quote_about ADD COLUMN rejected boolean NOT NULL DEFAULT false;
UPDATE quote_about SET rejected = true FROM quotes q WHERE q.id = quote_id AND q.status = 'rejected';

CREATE FUNCTION carry_status_to_about() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE quote_about SET rejected = (NEW.status = 'rejected') WHERE quote_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER quotes_carry_status_to_about AFTER UPDATE OF status ON quotes
    FOR EACH ROW
    WHEN ((OLD.status = 'rejected') <> (NEW.status = 'rejected'))
    EXECUTE FUNCTION carry_status_to_about();

CREATE FUNCTION log_article_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO count_changes (of, change, day, language, publisher)
            SELECT 'articles', 1, publication_day(published_desc), language, publisher FROM fresh;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO count_changes (of, change, day, language, publisher)
            SELECT 'articles', -1, publication_day(published_desc), language, publisher FROM gone;
    ELSE
        INSERT INTO count_changes (of, change, day, language, publisher)
            SELECT 'articles', sum(n), publication_day(published_desc), language, publisher
            FROM (SELECT 1 AS n, * FROM fresh UNION ALL SELECT -1, * FROM gone) AS net
            GROUP BY publication_day(published_desc), language, publisher HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER articles_log_inserted_counts AFTER INSERT ON articles
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log_article_counts();
CREATE TRIGGER articles_log_updated_counts AFTER UPDATE ON articles
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION log_article_counts();
CREATE TRIGGER articles_log_deleted_counts AFTER DELETE ON articles
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION log_article_counts();

CREATE FUNCTION log_mention_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO count_changes (of, change, day, language, publisher, kind, entity_id)
            SELECT 'mentions', 1, publication_day(published_desc), language, publisher, kind, entity_id FROM fresh;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO count_changes (of, change, day, language, publisher, kind, entity_id)
            SELECT 'mentions', -1, publication_day(published_desc), language, publisher, kind, entity_id FROM gone;
    ELSE
        INSERT INTO count_changes (of, change, day, language, publisher, kind, entity_id)
            SELECT 'mentions', sum(n), publication_day(published_desc), language, publisher, kind, entity_id
            FROM (SELECT 1 AS n, * FROM fresh UNION ALL SELECT -1, * FROM gone) AS net
            GROUP BY publication_day(published_desc), language, publisher, kind, entity_id HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER mentions_log_inserted_counts AFTER INSERT ON mentions
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log_mention_counts();
CREATE TRIGGER mentions_log_updated_counts AFTER UPDATE ON mentions
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION log_mention_counts();
CREATE TRIGGER mentions_log_deleted_counts AFTER DELETE ON mentions
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION log_mention_counts();

CREATE FUNCTION log_quote_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO count_changes (of, change, day, language, publisher, kind, status, speaker_status, cue, entity_id)
            SELECT 'quotes', 1, publication_day(published_desc), language, publisher, kind, status, speaker_status, cue_lemma, speaker_id FROM fresh;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO count_changes (of, change, day, language, publisher, kind, status, speaker_status, cue, entity_id)
            SELECT 'quotes', -1, publication_day(published_desc), language, publisher, kind, status, speaker_status, cue_lemma, speaker_id FROM gone;
    ELSE
        INSERT INTO count_changes (of, change, day, language, publisher, kind, status, speaker_status, cue, entity_id)
            SELECT 'quotes', sum(n), publication_day(published_desc), language, publisher, kind, status, speaker_status, cue_lemma, speaker_id
            FROM (SELECT 1 AS n, * FROM fresh UNION ALL SELECT -1, * FROM gone) AS net
            GROUP BY publication_day(published_desc), language, publisher, kind, status, speaker_status, cue_lemma, speaker_id HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER quotes_log_inserted_counts AFTER INSERT ON quotes
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log_quote_counts();
CREATE TRIGGER quotes_log_updated_counts AFTER UPDATE ON quotes
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION log_quote_counts();
CREATE TRIGGER quotes_log_deleted_counts AFTER DELETE ON quotes
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION log_quote_counts();

CREATE FUNCTION log_about_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO count_changes (of, change, day, entity_id)
            SELECT 'about', 1, publication_day(published_desc), entity_id FROM fresh WHERE NOT rejected;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO count_changes (of, change, day, entity_id)
            SELECT 'about', -1, publication_day(published_desc), entity_id FROM gone WHERE NOT rejected;
    ELSE
        INSERT INTO count_changes (of, change, day, entity_id)
            SELECT 'about', sum(n), publication_day(published_desc), entity_id
            FROM (SELECT 1 AS n, * FROM fresh UNION ALL SELECT -1, * FROM gone) AS net WHERE NOT rejected
            GROUP BY publication_day(published_desc), entity_id HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER quote_about_log_inserted_counts AFTER INSERT ON quote_about
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION log_about_counts();
CREATE TRIGGER quote_about_log_updated_counts AFTER UPDATE ON quote_about
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION log_about_counts();
CREATE TRIGGER quote_about_log_deleted_counts AFTER DELETE ON quote_about
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION log_about_counts();

-- Adds the oldest changes, a batch of them, to the counts; answers how many there were. One caller at a time folds,
-- others find nothing to do.
CREATE FUNCTION fold_counts(batch integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('fold_counts')) THEN
        RETURN 0;
    END IF;
    -- Later statements may see more: these are the ones that are folded.
    ids := array(SELECT id FROM count_changes ORDER BY id LIMIT batch);
    INSERT INTO day_counts AS c (of, dimension, key, day, count)
        SELECT h.of, k.dimension, k.key, d.day, sum(h.change)
        FROM count_changes h CROSS JOIN LATERAL count_keys(h) AS k
        CROSS JOIN LATERAL (VALUES (h.day), ('infinity')) AS d (day)
        WHERE h.id = ANY (ids) GROUP BY 1, 2, 3, 4 HAVING sum(h.change) <> 0
        ON CONFLICT (of, dimension, key, day) DO UPDATE SET count = c.count + excluded.count;
    INSERT INTO entity_day_counts AS c (role, entity_id, day, count)
        SELECT count_role(h.of, h.status), coalesce(h.entity_id, '00000000-0000-0000-0000-000000000000'), d.day,
            sum(h.change)
        FROM count_changes h CROSS JOIN LATERAL (VALUES (h.day), ('infinity')) AS d (day)
        WHERE h.id = ANY (ids) AND count_role(h.of, h.status) IS NOT NULL
        GROUP BY 1, 2, 3 HAVING sum(h.change) <> 0
        ON CONFLICT (role, entity_id, day) DO UPDATE SET count = c.count + excluded.count;
    DELETE FROM count_changes WHERE id = ANY (ids);
    RETURN cardinality(ids);
END
$$;

-- Counts everything anew, for whoever has loaded records past the triggers. Writers wait.
CREATE FUNCTION rebuild_counts() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE articles, mentions, quotes, quote_about IN SHARE MODE;
    TRUNCATE count_changes, day_counts, entity_day_counts;
    INSERT INTO day_counts (of, dimension, key, day, count)
        SELECT (h.change).of, k.dimension, k.key, d.day, sum(h.n) FROM (
            SELECT ROW(NULL, 'articles', 1, publication_day(published_desc), language, publisher, NULL, NULL, NULL, NULL,
                NULL)::count_changes AS change, count(*) AS n FROM articles GROUP BY 1
            UNION ALL
            SELECT ROW(NULL, 'mentions', 1, publication_day(published_desc), language, publisher, kind, NULL, NULL, NULL,
                NULL)::count_changes, count(*) FROM mentions GROUP BY 1
            UNION ALL
            SELECT ROW(NULL, 'quotes', 1, publication_day(published_desc), language, publisher, kind, status,
                speaker_status, cue_lemma, NULL)::count_changes, count(*) FROM quotes GROUP BY 1
        ) AS h CROSS JOIN LATERAL count_keys(h.change) AS k
        CROSS JOIN LATERAL (VALUES ((h.change).day), ('infinity')) AS d (day)
        GROUP BY 1, 2, 3, 4;
    INSERT INTO entity_day_counts (role, entity_id, day, count)
        SELECT role, coalesce(entity_id, '00000000-0000-0000-0000-000000000000'), coalesce(day, 'infinity'), count(*)
        FROM (
            SELECT 'mentioned' AS role, entity_id, publication_day(published_desc) AS day FROM mentions
            UNION ALL
            SELECT 'speaker', speaker_id, publication_day(published_desc) FROM quotes WHERE status <> 'rejected'
            UNION ALL
            SELECT 'about', entity_id, publication_day(published_desc) FROM quote_about WHERE NOT rejected
        ) AS each GROUP BY GROUPING SETS ((role, entity_id, day), (role, entity_id));
END
$$;

SELECT rebuild_counts();
