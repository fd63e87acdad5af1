-- What a later machine run found instead of what a person decided. NULL in nearly all rows.
ALTER TABLE mentions ADD COLUMN suggestion jsonb;
ALTER TABLE quotes ADD COLUMN suggestion jsonb;

-- For the queue of quotes with a suggestion that nobody has answered.
CREATE INDEX quotes_suggestion_idx ON quotes (published_desc DESC, id DESC) WHERE (suggestion ->> 'is_answered') = 'false';
