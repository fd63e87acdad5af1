DROP TRIGGER quotes_keep_history ON quotes;
DROP TRIGGER mentions_keep_history ON mentions;
DROP TRIGGER entities_keep_history ON entities;
DROP TRIGGER articles_keep_history ON articles;
DROP FUNCTION keep_quotes();
DROP FUNCTION keep_mentions();
DROP FUNCTION keep_entities();
DROP FUNCTION keep_articles();
DROP TABLE history;
