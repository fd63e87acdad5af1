//! What the service keeps counted: filled at once from the rows, by the migrations' own functions where they have some.

use crate::catalog::holds;
use crate::copy::Failure;
use diesel::pg::PgConnection;

/// A statement, and what must be there for it.
const FILLS: [(&str, &str); 3] = [
    (
        "to_regclass('entity_mention_counts') IS NOT NULL",
        "INSERT INTO entity_mention_counts (entity_id, mentions)
         SELECT e.id, coalesce(c.n, 0) FROM entities e
         LEFT JOIN (SELECT entity_id, count(*) AS n FROM mentions GROUP BY 1) AS c ON c.entity_id = e.id",
    ),
    (
        "to_regclass('entity_quote_counts') IS NOT NULL",
        "INSERT INTO entity_quote_counts (entity_id, quotes)
         SELECT e.id, coalesce(c.n, 0) FROM entities e
         LEFT JOIN (SELECT speaker_id, count(*) AS n FROM quotes GROUP BY 1) AS c ON c.speaker_id = e.id",
    ),
    ("to_regproc('rebuild_counts') IS NOT NULL", "SELECT rebuild_counts()"),
];

/// The statements for the schema of this database.
pub fn statements(conn: &mut PgConnection) -> Result<Vec<String>, Failure> {
    let mut statements = Vec::new();
    for (condition, sql) in FILLS {
        if holds(conn, condition)? {
            statements.push(sql.to_owned());
        }
    }
    Ok(statements)
}
