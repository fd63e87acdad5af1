ALTER TABLE mentions DROP COLUMN candidate_scores;
