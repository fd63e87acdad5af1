DROP TABLE judgements;
DROP FUNCTION log_judgements();
