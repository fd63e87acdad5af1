//! Refuses unsuitable databases, each with one sentence.

use super::{Error, Result};
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};

/// The oldest supported Postgres, in the format of `server_version_num`.
const MIN_VERSION: i32 = 14_00_00;
/// Extensions that the migrations create. Each is trusted: the owner of a database may create it.
const EXTENSIONS: [&str; 3] = ["btree_gin", "pg_trgm", "unaccent"];
/// The English message of Postgres for a division by zero.
const ENGLISH: &str = "division by zero";

/// Settings of a database and rights of its role.
#[derive(Debug, Clone, QueryableByName)]
struct Facts {
    #[diesel(sql_type = Integer)]
    version_num: i32,
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = Text)]
    encoding: String,
    #[diesel(sql_type = Text)]
    ctype: String,
    /// Whether this is a standby or every transaction is read-only.
    #[diesel(sql_type = Bool)]
    is_read_only: bool,
    #[diesel(sql_type = Text)]
    lc_messages: String,
    #[diesel(sql_type = Text)]
    role: String,
    /// The schema that tables are created in.
    #[diesel(sql_type = Nullable<Text>)]
    schema: Option<String>,
    #[diesel(sql_type = Bool)]
    may_create_tables: bool,
    #[diesel(sql_type = Bool)]
    may_create_extensions: bool,
    /// Extensions that are not created yet.
    #[diesel(sql_type = Array<Text>)]
    missing_extensions: Vec<String>,
    /// Those of them whose files are not on the server.
    #[diesel(sql_type = Array<Text>)]
    absent_extensions: Vec<String>,
}

const FACTS: &str = "
    SELECT current_setting('server_version_num')::integer AS version_num,
        current_setting('server_version') AS version,
        pg_encoding_to_char(encoding)::text AS encoding,
        datctype::text AS ctype,
        pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on' AS is_read_only,
        current_setting('lc_messages') AS lc_messages,
        current_user::text AS role,
        current_schema()::text AS schema,
        coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create_tables,
        has_database_privilege(current_database(), 'CREATE') AS may_create_extensions,
        array(SELECT name FROM unnest($1::text[]) AS name
            WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = name)) AS missing_extensions,
        array(SELECT name FROM unnest($1::text[]) AS name
            WHERE NOT EXISTS (SELECT FROM pg_available_extensions AS available WHERE available.name = name.name))
            AS absent_extensions
    FROM pg_database WHERE datname = current_database()";

/// Checks the database. `needs_migration` says whether tables or extensions have yet to be created.
///
/// Makes the session's messages English where its role may, as connections of the pool do.
///
/// # Errors
/// [`Error::Unsuitable`] with the reason, and those of the connection.
pub fn check(conn: &mut PgConnection, needs_migration: bool) -> Result<()> {
    let facts: Facts = sql_query(FACTS).bind::<Array<Text>, _>(EXTENSIONS.as_slice()).get_result(conn)?;
    // Letters beyond ASCII: only asked of a database that can hold them.
    let folding = if facts.encoding == "UTF8" { Some(folding(conn)?) } else { None };
    let is_english = reports_in_english(conn)?;
    match facts.objection(folding, is_english, needs_migration) {
        Some(objection) => Err(Error::Unsuitable(objection)),
        None => Ok(()),
    }
}

/// The major version of the server.
///
/// # Errors
/// Those of the connection.
pub fn server_major(conn: &mut PgConnection) -> Result<u32> {
    let facts: Facts = sql_query(FACTS).bind::<Array<Text>, _>(EXTENSIONS.as_slice()).get_result(conn)?;
    Ok(facts.version_num.unsigned_abs() / 10_000)
}

/// True when the server's errors, from which [`Error`] is read, are in English.
///
/// # Errors
/// Those of the connection.
pub fn reports_in_english(conn: &mut PgConnection) -> Result<bool> {
    conn.batch_execute("SELECT set_config('lc_messages', 'C', false) WHERE current_setting('is_superuser') = 'on'")?;
    let error = conn.batch_execute("SELECT 1 / 0 -- an error on purpose: verbatim checks the language of messages");
    match error.map_err(Error::from) {
        Ok(()) => Ok(false),
        Err(Error::Internal(message)) => Ok(message == ENGLISH),
        Err(error) => Err(error),
    }
}

/// How the database folds letters.
#[derive(Debug, Clone, Copy, QueryableByName)]
struct Folding {
    /// Whether it folds letters beyond ASCII.
    #[diesel(sql_type = Bool)]
    folds_accents: bool,
    /// Whether `I` becomes `i`: in Turkish and Azerbaijani it does not, and words with it would not be found.
    #[diesel(sql_type = Bool)]
    folds_i: bool,
}

fn folding(conn: &mut PgConnection) -> Result<Folding> {
    let query = "SELECT lower(U&'\\00C9') = U&'\\00E9' AS folds_accents, lower('I') = 'i' AS folds_i";
    Ok(sql_query(query).get_result(conn)?)
}

impl Facts {
    /// Why the service cannot work with this database; `None` when it can.
    fn objection(&self, folding: Option<Folding>, is_english: bool, needs_migration: bool) -> Option<String> {
        let Self { version, encoding, ctype, lc_messages, role, .. } = self;
        let objection = if self.version_num < MIN_VERSION {
            format!("it runs PostgreSQL {version}; at least PostgreSQL 14 is needed")
        } else if encoding != "UTF8" {
            format!("its encoding is {encoding}; create it with ENCODING 'UTF8'")
        } else if folding.is_some_and(|folding| !folding.folds_i) {
            format!(
                "its locale {ctype} folds the letter I as Turkish does; create it with LC_CTYPE 'C.UTF-8' or another UTF-8 locale"
            )
        } else if folding.is_some_and(|folding| !folding.folds_accents) {
            format!(
                "its LC_CTYPE {ctype} has no letters beyond ASCII; create it with LC_CTYPE 'C.UTF-8' or another UTF-8 locale"
            )
        } else if self.is_read_only {
            "it is read-only: a standby, or default_transaction_read_only is on".to_owned()
        } else if !is_english {
            format!(
                "its messages are not in English: lc_messages is {lc_messages}, and the role {role} may not change it; \
                 let a superuser run ALTER ROLE {role} SET lc_messages = 'C'"
            )
        } else if needs_migration && self.schema.is_none() {
            "no schema of its search_path exists, so no table can be created".to_owned()
        } else if needs_migration && !self.may_create_tables {
            let schema = self.schema.as_deref().unwrap_or_default();
            format!(
                "the role {role} may not create tables in its schema {schema}; make {role} the owner of the database"
            )
        } else if let [_, ..] = self.absent_extensions[..] {
            let names = self.absent_extensions.join(", ");
            format!("its server lacks the extensions {names}; install the package postgresql-contrib there")
        } else if !self.missing_extensions.is_empty() && !self.may_create_extensions {
            let names = self.missing_extensions.join(", ");
            format!("the role {role} may not create the extensions {names}; make {role} the owner of the database")
        } else {
            return None;
        };
        Some(objection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIKE_C_UTF8: Option<Folding> = Some(Folding { folds_accents: true, folds_i: true });

    fn suitable() -> Facts {
        Facts {
            version_num: 15_00_12,
            version: "15.12".to_owned(),
            encoding: "UTF8".to_owned(),
            ctype: "C.UTF-8".to_owned(),
            is_read_only: false,
            lc_messages: "fr_FR.UTF-8".to_owned(),
            role: "app".to_owned(),
            schema: Some("public".to_owned()),
            may_create_tables: true,
            may_create_extensions: true,
            missing_extensions: Vec::new(),
            absent_extensions: Vec::new(),
        }
    }

    #[track_caller]
    fn objects(facts: Facts, words: &str) {
        let objection = facts.objection(LIKE_C_UTF8, true, true).unwrap_or_default();
        assert!(objection.contains(words), "{objection:?} lacks {words:?}");
    }

    #[test]
    fn a_suitable_database_is_not_objected_to() {
        assert_eq!(suitable().objection(LIKE_C_UTF8, true, true), None);
        let missing = Facts { missing_extensions: vec!["unaccent".to_owned()], ..suitable() };
        assert_eq!(missing.objection(LIKE_C_UTF8, true, true), None, "its owner creates it");
        let foreign = Facts { may_create_tables: false, may_create_extensions: false, ..suitable() };
        assert_eq!(foreign.objection(LIKE_C_UTF8, true, false), None, "nothing has to be created");
    }

    #[test]
    fn each_unsuitable_setting_has_its_sentence() {
        objects(Facts { version_num: 13_00_20, version: "13.20".to_owned(), ..suitable() }, "PostgreSQL 13.20");
        objects(Facts { encoding: "SQL_ASCII".to_owned(), ..suitable() }, "encoding is SQL_ASCII");
        objects(Facts { is_read_only: true, ..suitable() }, "read-only");
        objects(Facts { schema: None, ..suitable() }, "search_path");
        objects(Facts { may_create_tables: false, ..suitable() }, "app may not create tables in its schema public");
        let absent = vec!["pg_trgm".to_owned(), "unaccent".to_owned()];
        objects(Facts { absent_extensions: absent.clone(), ..suitable() }, "lacks the extensions pg_trgm, unaccent");
        let missing = Facts { missing_extensions: absent, may_create_extensions: false, ..suitable() };
        objects(missing, "app may not create the extensions pg_trgm, unaccent");
        let french = suitable().objection(LIKE_C_UTF8, false, false).unwrap();
        assert!(french.contains("lc_messages is fr_FR.UTF-8"), "{french}");
        let like_c = Some(Folding { folds_accents: false, folds_i: true });
        let ascii = Facts { ctype: "C".to_owned(), ..suitable() }.objection(like_c, true, true).unwrap();
        assert!(ascii.contains("LC_CTYPE C"), "{ascii}");
        let like_turkish = Some(Folding { folds_accents: true, folds_i: false });
        let turkish =
            Facts { ctype: "tr_TR.UTF-8".to_owned(), ..suitable() }.objection(like_turkish, true, true).unwrap();
        assert!(turkish.contains("its locale tr_TR.UTF-8 folds the letter I as Turkish does"), "{turkish}");
    }
}
