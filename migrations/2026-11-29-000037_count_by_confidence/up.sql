-- With the status, so that what is not rejected is counted in the index, without the rows.
DROP INDEX quotes_confidence_idx;
CREATE INDEX quotes_confidence_idx ON quotes (confidence DESC, id DESC) INCLUDE (status);
