DROP FUNCTION article_vector(text, text, text);
DROP FUNCTION text_vector(text, text);
DROP FUNCTION searchable(text);
DROP FUNCTION search_config(text);

DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT cfgname FROM pg_ts_config WHERE cfgname LIKE 'verbatim\_%' AND pg_ts_config_is_visible(oid) LOOP
        EXECUTE format('DROP TEXT SEARCH CONFIGURATION %I', name);
    END LOOP;
    FOR name IN SELECT dictname FROM pg_ts_dict WHERE dictname LIKE 'verbatim\_%' AND pg_ts_dict_is_visible(oid) LOOP
        EXECUTE format('DROP TEXT SEARCH DICTIONARY %I', name);
    END LOOP;
END
$$;

DROP EXTENSION btree_gin;
DROP EXTENSION pg_trgm;
DROP EXTENSION unaccent;
