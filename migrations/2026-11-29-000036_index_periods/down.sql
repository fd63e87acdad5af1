DROP INDEX articles_words_idx, quotes_words_idx;
CREATE INDEX articles_words_idx ON articles USING gin (vector, keywords, language, publisher, section)
    WITH (gin_pending_list_limit = 1024);
CREATE INDEX quotes_words_idx ON quotes
    USING gin (vector, cue_lemma, kind, language, publisher, speaker_id, speaker_status, status)
    WITH (gin_pending_list_limit = 1024);
DROP FUNCTION periods_of;
