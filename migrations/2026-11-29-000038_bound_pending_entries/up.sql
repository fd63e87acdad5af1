-- Every search reads what is pending of an index from end to end, once for each of its scans.
ALTER INDEX articles_words_idx SET (gin_pending_list_limit = 256);
ALTER INDEX quotes_words_idx SET (gin_pending_list_limit = 256);
-- Few names are written, and each search for one reads the index several times.
ALTER INDEX entity_names_trigrams_idx SET (fastupdate = off);
SELECT gin_clean_pending_list(index)
    FROM unnest(array['articles_words_idx', 'quotes_words_idx', 'entity_names_trigrams_idx']::regclass[]) AS index;
