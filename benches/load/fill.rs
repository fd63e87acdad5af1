//! What the service derives from the records, filled at once by the migrations' own functions.

/// Each must be complete before the next.
pub const FILL: &str = "SELECT rebuild_counters();
INSERT INTO entity_names SELECT * FROM names_of();
INSERT INTO name_words SELECT DISTINCT word FROM entity_names CROSS JOIN words_of_name(name_key) AS word";
