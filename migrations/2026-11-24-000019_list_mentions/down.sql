DROP INDEX mentions_publisher_idx;
DROP INDEX mentions_published_desc_idx;
