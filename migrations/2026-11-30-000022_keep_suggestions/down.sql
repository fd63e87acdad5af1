DROP INDEX quotes_suggestion_idx;
ALTER TABLE quotes DROP COLUMN suggestion;
ALTER TABLE mentions DROP COLUMN suggestion;
