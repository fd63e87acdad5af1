-- Counts of articles, mentions and quotes by day of publication in UTC, for statistics over the whole collection.
-- Writers only insert rows into `count_changes`, so they do not wait for each other. The service adds these rows to the counts
-- every second and deletes them. Readers add the rows that are left.
CREATE TABLE count_changes (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT count_changes_pkey PRIMARY KEY,
    -- articles, mentions, quotes, or about: an entity that a quote is about.
    of text NOT NULL,
    -- The number of added records; negative for removed ones. An update removes the old values and adds the new ones.
    change integer NOT NULL,
    day date NOT NULL,
    language text,
    publisher text,
    kind text,
    status text,
    speaker_status text,
    cue text,
    -- The entity that is mentioned, that speaks, or that the quote is about.
    entity_id uuid
);

-- The key '' stands for no value. The day '-infinity' is for undated records, and 'infinity' for the total of all days.
CREATE TABLE day_counts (
    of text NOT NULL,
    dimension text NOT NULL,
    key text NOT NULL,
    day date NOT NULL,
    count bigint NOT NULL,
    -- Includes the count, so that timelines are index-only scans. Rows of consecutive days are far apart in the table.
    CONSTRAINT day_counts_pkey PRIMARY KEY (of, dimension, key, day) INCLUDE (count)
);
CREATE INDEX day_counts_count_idx ON day_counts (of, dimension, count DESC) WHERE day = 'infinity';
-- For the most frequent values in a range of days.
CREATE INDEX day_counts_day_idx ON day_counts (of, dimension, day);

-- The same for entities, by role: mentioned, speaker, or about. The nil id means no entity.
CREATE TABLE entity_day_counts (
    role text NOT NULL,
    entity_id uuid NOT NULL,
    day date NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT entity_day_counts_pkey PRIMARY KEY (role, entity_id, day) INCLUDE (count)
);
CREATE INDEX entity_day_counts_count_idx ON entity_day_counts (role, count DESC) WHERE day = 'infinity';

-- The totals of each entity, for lists of entities in order of a count. Unlike entity_day_counts, this table has entities without
-- mentions and quotes, and the kind of each entity.
CREATE TABLE entity_counts (
    entity_id uuid CONSTRAINT entity_counts_pkey PRIMARY KEY,
    kind text NOT NULL,
    mentions bigint NOT NULL DEFAULT 0,
    quotes bigint NOT NULL DEFAULT 0,
    CONSTRAINT entity_counts_entity_id_fkey FOREIGN KEY (entity_id) REFERENCES entities (id) ON DELETE CASCADE
);
CREATE INDEX entity_counts_mentions_idx ON entity_counts (mentions DESC, entity_id DESC);
CREATE INDEX entity_counts_quotes_idx ON entity_counts (quotes DESC, entity_id DESC);
-- For lists of one kind. Places, for example, rarely have quotes, so they are far down the list of all entities.
CREATE INDEX entity_counts_kind_idx ON entity_counts (kind, quotes DESC, entity_id DESC);

CREATE FUNCTION add_entity_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO entity_counts (entity_id, kind) SELECT id, kind FROM inserted;
    RETURN NULL;
END
$$;
CREATE TRIGGER entities_add_counts AFTER INSERT ON entities
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION add_entity_counts();

CREATE FUNCTION copy_kind_to_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE entity_counts SET kind = NEW.kind WHERE entity_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER entities_copy_kind AFTER UPDATE OF kind ON entities
    FOR EACH ROW WHEN (OLD.kind <> NEW.kind) EXECUTE FUNCTION copy_kind_to_counts();

CREATE FUNCTION publication_day(published_desc timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (published_desc AT TIME ZONE 'UTC')::date
$$;

-- The dimensions in which a change counts, and its key in each. A rejected quote counts only in the dimension status.
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

-- The role in which a change counts its entity; NULL if it counts none.
CREATE FUNCTION count_role(of text, status text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE of
        WHEN 'mentions' THEN 'mentioned'
        WHEN 'quotes' THEN CASE WHEN status <> 'rejected' THEN 'speaker' END
        WHEN 'about' THEN 'about'
    END
$$;

CREATE FUNCTION count_articles() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO count_changes (of, change, day, language, publisher)
            SELECT 'articles', 1, publication_day(published_desc), language, publisher FROM inserted;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO count_changes (of, change, day, language, publisher)
            SELECT 'articles', -1, publication_day(published_desc), language, publisher FROM deleted;
    ELSE
        INSERT INTO count_changes (of, change, day, language, publisher)
            SELECT 'articles', sum(n), publication_day(published_desc), language, publisher
            FROM (SELECT 1 AS n, * FROM inserted UNION ALL SELECT -1, * FROM deleted) AS net
            GROUP BY publication_day(published_desc), language, publisher HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER articles_count_inserted AFTER INSERT ON articles
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION count_articles();
CREATE TRIGGER articles_count_updated AFTER UPDATE ON articles
    REFERENCING NEW TABLE AS inserted OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION count_articles();
CREATE TRIGGER articles_count_deleted AFTER DELETE ON articles
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION count_articles();

-- A rejected mention does not count.
CREATE FUNCTION count_mentions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO count_changes (of, change, day, language, publisher, kind, entity_id)
            SELECT 'mentions', 1, publication_day(published_desc), language, publisher, kind, entity_id FROM inserted
            WHERE status <> 'rejected';
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO count_changes (of, change, day, language, publisher, kind, entity_id)
            SELECT 'mentions', -1, publication_day(published_desc), language, publisher, kind, entity_id FROM deleted
            WHERE status <> 'rejected';
    ELSE
        INSERT INTO count_changes (of, change, day, language, publisher, kind, entity_id)
            SELECT 'mentions', sum(n), publication_day(published_desc), language, publisher, kind, entity_id
            FROM (SELECT 1 AS n, * FROM inserted UNION ALL SELECT -1, * FROM deleted) AS net
            WHERE status <> 'rejected'
            GROUP BY publication_day(published_desc), language, publisher, kind, entity_id HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER mentions_count_inserted AFTER INSERT ON mentions
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION count_mentions();
CREATE TRIGGER mentions_count_updated AFTER UPDATE ON mentions
    REFERENCING NEW TABLE AS inserted OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION count_mentions();
CREATE TRIGGER mentions_count_deleted AFTER DELETE ON mentions
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION count_mentions();

CREATE FUNCTION count_quotes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO count_changes (of, change, day, language, publisher, kind, status, speaker_status, cue, entity_id)
            SELECT 'quotes', 1, publication_day(published_desc), language, publisher, kind, status, speaker_status, cue_lemma, speaker_id FROM inserted;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO count_changes (of, change, day, language, publisher, kind, status, speaker_status, cue, entity_id)
            SELECT 'quotes', -1, publication_day(published_desc), language, publisher, kind, status, speaker_status, cue_lemma, speaker_id FROM deleted;
    ELSE
        INSERT INTO count_changes (of, change, day, language, publisher, kind, status, speaker_status, cue, entity_id)
            SELECT 'quotes', sum(n), publication_day(published_desc), language, publisher, kind, status, speaker_status, cue_lemma, speaker_id
            FROM (SELECT 1 AS n, * FROM inserted UNION ALL SELECT -1, * FROM deleted) AS net
            GROUP BY publication_day(published_desc), language, publisher, kind, status, speaker_status, cue_lemma, speaker_id HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER quotes_count_inserted AFTER INSERT ON quotes
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION count_quotes();
CREATE TRIGGER quotes_count_updated AFTER UPDATE ON quotes
    REFERENCING NEW TABLE AS inserted OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION count_quotes();
CREATE TRIGGER quotes_count_deleted AFTER DELETE ON quotes
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION count_quotes();

CREATE FUNCTION count_about() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO count_changes (of, change, day, entity_id)
            SELECT 'about', 1, publication_day(published_desc), entity_id FROM inserted WHERE NOT rejected;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO count_changes (of, change, day, entity_id)
            SELECT 'about', -1, publication_day(published_desc), entity_id FROM deleted WHERE NOT rejected;
    ELSE
        INSERT INTO count_changes (of, change, day, entity_id)
            SELECT 'about', sum(n), publication_day(published_desc), entity_id
            FROM (SELECT 1 AS n, * FROM inserted UNION ALL SELECT -1, * FROM deleted) AS net WHERE NOT rejected
            GROUP BY publication_day(published_desc), entity_id HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER quote_about_count_inserted AFTER INSERT ON quote_about
    REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION count_about();
CREATE TRIGGER quote_about_count_updated AFTER UPDATE ON quote_about
    REFERENCING NEW TABLE AS inserted OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION count_about();
CREATE TRIGGER quote_about_count_deleted AFTER DELETE ON quote_about
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION count_about();

-- Adds the oldest changes, at most `batch`, to the counts, deletes them and returns their number. While one caller runs this,
-- others return 0 at once.
CREATE FUNCTION compact_counters(batch integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
    entities uuid[];
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('compact_counters')) THEN
        RETURN 0;
    END IF;
    -- Read once: a later statement may see more changes.
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
    entities := array(
        SELECT DISTINCT entity_id FROM count_changes
        WHERE id = ANY (ids) AND of IN ('mentions', 'quotes') AND entity_id IS NOT NULL ORDER BY entity_id);
    PERFORM set_entity_counts(entities);
    DELETE FROM count_changes WHERE id = ANY (ids);
    RETURN cardinality(ids);
END
$$;

-- Copies the totals of these entities from entity_day_counts.
CREATE FUNCTION set_entity_counts(entities uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE entity_counts AS c SET mentions = n.mentions, quotes = n.quotes
        FROM (
            SELECT e.id, coalesce(m.count, 0) AS mentions, coalesce(q.count, 0) AS quotes
            FROM unnest(entities) AS e (id)
            LEFT JOIN entity_day_counts m ON (m.role, m.entity_id, m.day) = ('mentioned', e.id, 'infinity')
            LEFT JOIN entity_day_counts q ON (q.role, q.entity_id, q.day) = ('speaker', e.id, 'infinity')
        ) AS n
        WHERE c.entity_id = n.id AND (c.mentions, c.quotes) <> (n.mentions, n.quotes);
END
$$;

-- Recomputes all counts, after a load that bypassed the triggers. Blocks writers.
CREATE FUNCTION rebuild_counters() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE articles, entities, mentions, quotes, quote_about IN SHARE MODE;
    TRUNCATE count_changes, day_counts, entity_day_counts, entity_counts;
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
    INSERT INTO entity_counts (entity_id, kind) SELECT id, kind FROM entities;
    PERFORM set_entity_counts(array(SELECT id FROM entities));
END
$$;
