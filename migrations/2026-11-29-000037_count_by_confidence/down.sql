DROP INDEX quotes_confidence_idx;
CREATE INDEX quotes_confidence_idx ON quotes (confidence DESC, id DESC);
