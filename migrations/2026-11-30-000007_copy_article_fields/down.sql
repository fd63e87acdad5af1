DROP TRIGGER quotes_copy_to_about ON quotes;
DROP TRIGGER articles_copy ON articles;
DROP TRIGGER quotes_copy ON quotes;
DROP TRIGGER mentions_copy ON mentions;
DROP FUNCTION copy_quote();
DROP FUNCTION copy_article();
DROP FUNCTION copy_from_article();
