DROP TRIGGER quotes_add_tombstones ON quotes;
DROP TRIGGER mentions_add_tombstones ON mentions;
DROP TRIGGER entities_add_tombstones ON entities;
DROP TRIGGER articles_add_tombstones ON articles;
DROP FUNCTION add_tombstones();
DROP TABLE tombstones;
