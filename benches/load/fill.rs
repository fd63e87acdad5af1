//! Fills the derived tables with the functions of the migrations.

/// In this order: names have the weights of the counts, and words are those of the names.
pub const FILL: &str = "SELECT rebuild_counters();
INSERT INTO entity_names SELECT * FROM names_of();
INSERT INTO name_words SELECT DISTINCT word FROM entity_names CROSS JOIN words_of_name(name_key) AS word";
