DROP TABLE claim_reviews;
DROP FUNCTION log_claim_reviews;
