DROP FUNCTION bury();
DROP TABLE tombstones;
