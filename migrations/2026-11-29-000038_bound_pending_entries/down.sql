ALTER INDEX articles_words_idx SET (gin_pending_list_limit = 1024);
ALTER INDEX quotes_words_idx SET (gin_pending_list_limit = 1024);
ALTER INDEX entity_names_trigrams_idx RESET (fastupdate);
