-- Text search configurations for each language, and the functions that compute tsvectors.
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

-- Creates a configuration for each language that this Postgres can stem, named by language code, such as verbatim_fr.
-- Stop words are removed first, because they are listed with accents (été). Then accents are removed, and words are stemmed.
DO $$
DECLARE
    code text;
    stemmer text;
    stop_words text;
    unaccent text := (
        SELECT format('%I.unaccent', nspname) FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace
        WHERE extname = 'unaccent'
    );
    words text := 'asciiword, word, numword, asciihword, hword, numhword, hword_asciipart, hword_part, hword_numpart';
    branches text := '';
BEGIN
    CREATE TEXT SEARCH CONFIGURATION verbatim_simple (COPY = pg_catalog.simple);
    EXECUTE format('ALTER TEXT SEARCH CONFIGURATION verbatim_simple ALTER MAPPING FOR %s WITH %s, simple', words, unaccent);
    FOR code, stemmer, stop_words IN
        SELECT codes.code, dictname, substring(dictinitoption FROM 'stopwords = ''(\w+)''')
        FROM (VALUES
            ('ar', 'arabic'), ('ca', 'catalan'), ('da', 'danish'), ('de', 'german'), ('el', 'greek'), ('en', 'english'),
            ('es', 'spanish'), ('et', 'estonian'), ('eu', 'basque'), ('fi', 'finnish'), ('fr', 'french'),
            ('ga', 'irish'), ('hi', 'hindi'), ('hu', 'hungarian'), ('hy', 'armenian'), ('id', 'indonesian'),
            ('it', 'italian'), ('lt', 'lithuanian'), ('nb', 'norwegian'), ('ne', 'nepali'), ('nl', 'dutch'),
            ('nn', 'norwegian'), ('no', 'norwegian'), ('pl', 'polish'), ('pt', 'portuguese'), ('ro', 'romanian'),
            ('ru', 'russian'), ('sr', 'serbian'), ('sv', 'swedish'), ('ta', 'tamil'), ('tr', 'turkish'), ('yi', 'yiddish')
        ) AS codes (code, name)
        JOIN pg_ts_dict ON dictname = codes.name || '_stem' AND dictnamespace = 'pg_catalog'::regnamespace
        ORDER BY codes.code
    LOOP
        EXECUTE format('CREATE TEXT SEARCH CONFIGURATION verbatim_%s (COPY = pg_catalog.simple)', code);
        IF stop_words IS NOT NULL THEN
            EXECUTE format(
                'CREATE TEXT SEARCH DICTIONARY verbatim_%s_stop (TEMPLATE = pg_catalog.simple, STOPWORDS = %I, ACCEPT = false)',
                code, stop_words);
        END IF;
        EXECUTE format(
            'ALTER TEXT SEARCH CONFIGURATION verbatim_%s ALTER MAPPING FOR %s WITH %s %s, pg_catalog.%I',
            code, words, CASE WHEN stop_words IS NOT NULL THEN format('verbatim_%s_stop,', code) END, unaccent, stemmer);
        branches := branches || format(' WHEN %L THEN %L::regconfig', code, 'verbatim_' || code);
    END LOOP;
    EXECUTE format(
        'CREATE FUNCTION search_config(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE
         RETURN CASE language %s ELSE ''verbatim_simple''::regconfig END',
        branches);
END
$$;

-- Replaces each punctuation mark with a space, so that words end there in every server locale. Offsets do not change.
-- The same list of characters is in src/domain/search.rs.
CREATE FUNCTION searchable(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(
    given,
    '[\u0001-/:-@\[-`{-\u00A9\u00AB-\u00B1\u00B4\u00B6-\u00B8\u00BB\u00BF\u00D7\u00F7\u02B9-\u02BF'
        || '\u055A-\u055F\u0589\u058A\u05BE\u05C0\u05C3\u05C6\u05F3\u05F4\u060C\u061B\u061F\u066A-\u066D\u06D4\u0964\u0965'
        || '\u1680\u180E\u2000-\u206F\u20A0-\u20CF\u2190-\u2BFF\u2E00-\u2E7F\u3000-\u3004\u3008-\u3020\u3030'
        || '\uFE30-\uFE6F\uFEFF-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65\uFFE0-\uFFFF\U0001F000-\U0001FAFF]',
    ' ',
    'g'
);

-- The lexemes of the first 100,000 characters of a text, because the size of a tsvector is limited to one megabyte.
CREATE FUNCTION text_vector(language text, given text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector(search_config(language), searchable(left(given, 100000)));

-- The lexemes of an article. The headline has weight A. It ends 20 positions before the body, so that no phrase spans both.
CREATE FUNCTION article_vector(language text, headline text, body text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ts_delete(
    setweight(text_vector(language, headline), 'A') || '$gap:20'::tsvector || text_vector(language, body),
    '$gap');
