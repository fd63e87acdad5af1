-- The scores of candidates by id; NULL if they were not compared.
ALTER TABLE mentions ADD COLUMN candidate_scores jsonb;
