//! The walls of the house.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders below `src`, and what the code there does not name.
const WALLS: [(&str, &[&str]); 4] = [
    ("http", &["diesel", "sql_query", "PgConnection", "SELECT ", "INSERT INTO", "DELETE FROM", "crate::schema"]),
    ("domain", &["actix_web", "utoipa", "PgConnection", "crate::http", "crate::store", "crate::annotate"]),
    ("store", &["actix_web", "utoipa", "crate::http", "crate::server"]),
    ("annotate", &["actix_web", "utoipa", "diesel", "crate::http", "crate::store", "crate::schema"]),
];

/// Longer files, and what keeps each in one piece.
const LONG: [(&str, &str); 5] = [
    ("src/config.rs", "each setting once: its flag, its variable, its default and how it is read"),
    ("src/domain/text.rs", "all that is asked of a text, over one index of its code points; a third of it is tests"),
    ("src/http/contract.rs", "what the document says of a request, from reading it to refusing what it does not allow"),
    ("src/http/quotes/body.rs", "the wire shapes of one resource, each member described"),
    ("tests/api/paging.rs", "every list walked in every order, over the same records"),
];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

#[test]
fn no_layer_names_what_is_behind_its_walls() {
    for (layer, foreign) in WALLS {
        let files = rust_files(&Path::new("src").join(layer));
        assert!(!files.is_empty());
        for file in files {
            let code = fs::read_to_string(&file).unwrap();
            let found = foreign.iter().find(|word| code.lines().any(|line| !is_comment(line) && line.contains(**word)));
            assert_eq!(found, None, "{}", file.display());
        }
    }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

#[test]
fn no_file_is_longer_than_400_lines_without_a_reason() {
    let files = rust_files(Path::new("src")).into_iter().chain(rust_files(Path::new("tests")));
    let long = files.filter(|file| fs::read_to_string(file).unwrap().lines().count() > 400);
    let mut long: Vec<_> = long.map(|file| file.display().to_string()).collect();
    long.sort();
    assert_eq!(long, LONG.map(|(file, _)| file));
}
