DROP TABLE mention_reviews;
DROP TABLE mentions;
