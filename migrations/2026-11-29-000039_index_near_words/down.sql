DROP TRIGGER entity_names_keep_words ON entity_names;
DROP FUNCTION keep_name_words();
DROP TABLE name_words;
DROP FUNCTION near_words(text);
DROP FUNCTION words_of_name(text);
