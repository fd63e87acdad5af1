//! The service refuses unsuitable databases when it starts, each with one sentence.

use std::sync::atomic::{AtomicU32, Ordering};

use verbatim::postgres::DATABASE;

use crate::support::postgres::TestDatabase;
use crate::support::process::{run, verbatim};

/// A database created with special options, dropped with this value.
struct Other {
    admin: TestDatabase,
    name: String,
}

impl Other {
    fn create(options: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("other_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let admin = TestDatabase::empty();
        admin.execute_as_admin(&format!("CREATE DATABASE {name} OWNER {DATABASE} TEMPLATE template0 {options}"));
        Self { admin, name }
    }

    fn url(&self) -> String {
        let url = self.admin.url();
        let start = url.find("/test_").unwrap();
        let end = start + url[start..].find('?').unwrap();
        format!("{}/{}{}", &url[..start], self.name, &url[end..])
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        self.admin.execute_as_admin(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// Expects both `serve` and `migrate` to end with a message.
#[track_caller]
fn refuses(url: &str, message: &str) {
    for arguments in [&["serve", "--listen", "127.0.0.1:0", "--log-level", "error"][..], &["migrate"]] {
        let (status, _, said) = run(verbatim(arguments).env("DATABASE_URL", url));
        assert_eq!(status, Some(1), "{arguments:?}: {said}");
        let last = said.lines().last().unwrap_or_default();
        assert!(
            last.starts_with("verbatim: cannot use the database: ") && last.contains(message),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn an_encoding_or_locale_without_accented_letters_is_refused() {
    let ascii = Other::create("ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
    refuses(&ascii.url(), "its encoding is SQL_ASCII; create it with ENCODING 'UTF8'");
    let latin = Other::create("ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    refuses(&latin.url(), "its encoding is LATIN1; create it with ENCODING 'UTF8'");
    let ctype = Other::create("ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
    refuses(&ctype.url(), "its LC_CTYPE C has no letters beyond ASCII");
}

#[test]
fn a_read_only_database_is_refused() {
    let database = TestDatabase::empty();
    let url = database.url();
    let name = url.split(['/', '?']).find(|part| part.starts_with("test_")).unwrap();
    database.execute(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    refuses(&url, "it is read-only");
}

#[test]
fn a_role_without_the_right_to_create_missing_objects_is_refused() {
    let database = TestDatabase::empty();
    let role = format!("reader_{}", std::process::id());
    database.execute_as_admin(&format!("CREATE ROLE {role} LOGIN"));
    let url = database.url().replace(&format!("user={DATABASE}"), &format!("user={role}"));
    refuses(&url, &format!("the role {role} may not create tables in its schema public"));
    database.execute_as_admin(&format!("GRANT CREATE ON SCHEMA public TO {role}"));
    refuses(&url, &format!("the role {role} may not create the extensions"));
    database.execute_as_admin(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn a_failing_migration_ends_the_service_with_the_reason() {
    let database = TestDatabase::empty();
    database.execute("CREATE TABLE articles ()");
    refuses(&database.url(), "relation \"articles\" already exists");
}
