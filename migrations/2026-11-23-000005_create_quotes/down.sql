DROP TABLE quote_about;
DROP TABLE reviews;
DROP TABLE quotes;
DROP FUNCTION spans_are_sound(integer[]);
