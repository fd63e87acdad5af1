//! What the service keeps counted: filled at once from the rows, by the migrations' own functions where they have some.

use crate::catalog::holds;
use crate::copy::Failure;
use diesel::pg::PgConnection;

/// Statements that go one after another, each with what must be there for it.
type Fill = &'static [(&'static str, &'static str)];

const FILLS: [Fill; 3] = [
    &[
        (
            "to_regclass('entity_mention_counts') IS NOT NULL",
            "INSERT INTO entity_mention_counts (entity_id, mentions)
             SELECT e.id, coalesce(c.n, 0) FROM entities e
             LEFT JOIN (SELECT entity_id, count(*) AS n FROM mentions GROUP BY 1) AS c ON c.entity_id = e.id",
        ),
        // A name weighs what its entity's count says.
        ("to_regclass('entity_names') IS NOT NULL", "INSERT INTO entity_names SELECT * FROM names_of()"),
        (
            "to_regclass('name_words') IS NOT NULL",
            "INSERT INTO name_words SELECT DISTINCT word FROM entity_names CROSS JOIN words_of_name(name_key) AS word",
        ),
    ],
    &[(
        "to_regclass('entity_quote_counts') IS NOT NULL",
        "INSERT INTO entity_quote_counts (entity_id, quotes, kind)
         SELECT e.id, coalesce(c.n, 0), e.kind FROM entities e
         LEFT JOIN (SELECT speaker_id, count(*) AS n FROM quotes GROUP BY 1) AS c ON c.speaker_id = e.id",
    )],
    &[("to_regproc('rebuild_counts') IS NOT NULL", "SELECT rebuild_counts()")],
];

/// The statements for the schema of this database: those of one text go one after another.
pub fn statements(conn: &mut PgConnection) -> Result<Vec<String>, Failure> {
    let mut all = Vec::new();
    for fill in FILLS {
        let mut there = Vec::new();
        for (condition, sql) in fill {
            if holds(conn, condition)? {
                there.push(*sql);
            }
        }
        if !there.is_empty() {
            all.push(there.join(";\n"));
        }
    }
    Ok(all)
}
