DROP TABLE quote_about;
DROP TABLE reviews;
DROP TABLE quotes;
DROP FUNCTION are_spans_valid(integer[]);
