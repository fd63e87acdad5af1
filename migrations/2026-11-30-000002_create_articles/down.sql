DROP TABLE article_versions;
DROP TABLE articles;
