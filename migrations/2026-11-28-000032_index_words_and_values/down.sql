DROP INDEX mentions_kind_idx, mentions_human_idx, quotes_speaker_confidence_idx, articles_words_idx, quotes_words_idx;
CREATE INDEX articles_published_asc_idx ON articles (published_asc, id);
CREATE INDEX quotes_published_asc_idx ON quotes (published_asc, id);
CREATE INDEX articles_keywords_idx ON articles USING gin (keywords);
CREATE INDEX articles_vector_idx ON articles USING gin (vector) WITH (gin_pending_list_limit = 1024);
CREATE INDEX quotes_vector_idx ON quotes USING gin (vector) WITH (gin_pending_list_limit = 1024);
DROP EXTENSION btree_gin;
