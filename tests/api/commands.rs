//! The commands that look after an installation: help, completions, manual pages, checks.

use crate::support::embedded::{folder, server_pid};
use crate::support::postgres::TestDatabase;
use crate::support::process::{Process, run, verbatim};

/// Runs a command that must succeed, and returns what it prints.
#[track_caller]
fn printed(arguments: &[&str]) -> String {
    let (status, printed, said) = run(&mut verbatim(arguments));
    assert_eq!(status, Some(0), "{arguments:?}: {said}");
    printed
}

#[test]
fn the_help_shows_commands_and_settings_in_groups() {
    let help = printed(&["--help"]);
    let position = |words: &str| help.find(words).unwrap_or_else(|| panic!("no {words:?} in:\n{help}"));
    let order =
        ["Service:", "\n  serve ", "Database:", "\n  migrate ", "Texts:", "\n  annotate ", "\n  man ", "Options:"];
    assert!(order.map(position).is_sorted(), "{help}");

    let help = printed(&["serve", "--help"]);
    for group in ["Network:", "Database:", "Read replica:", "Capacity:", "Time limits:", "Log:"] {
        assert!(help.contains(group), "no {group} in:\n{help}");
    }
    // No setting is without a group: only what is no setting stands under the general heading.
    let (_, options) = help.split_once("\nOptions:\n").unwrap();
    let general = options.split("\n\n").flat_map(str::lines).take_while(|line| !line.ends_with(':'));
    let flags: Vec<&str> =
        general.filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--"))).collect();
    assert_eq!(flags, ["--check", "--help", "--version"]);
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = printed(&["completions", shell]);
        assert!(["serve", "healthcheck", "pool-size"].iter().all(|word| script.contains(word)), "{shell}:\n{script}");
    }
    let page = printed(&["man"]);
    assert!(page.contains(".TH verbatim 1") && page.contains("verbatim\\-migrate(1)"), "{page}");
    let page = printed(&["man", "serve"]);
    assert!(page.contains("verbatim\\-serve") && page.contains("VERBATIM_POOL_SIZE"), "{page}");
    let (status, _, said) = run(&mut verbatim(&["man", "sing"]));
    assert_eq!((status, &*said), (Some(1), "verbatim: there is no command \"sing\"\n"));
}

#[test]
fn a_misspelt_variable_is_warned_about() {
    let database = TestDatabase::migrated();
    let (status, _, said) = run(verbatim(&["migrate"])
        .env("DATABASE_URL", database.url())
        .env("VERBATIM_LOGFORMAT", "json")
        .env("VERBATIM_LOG_FORMAT", "text")
        .env("VERBATIM_COLOUR", "red"));
    assert_eq!(status, Some(0), "{said}");
    let warnings: Vec<&str> = said.lines().filter(|line| line.contains(" WARN ")).collect();
    assert_eq!(warnings.len(), 2, "{said}");
    for words in
        ["VERBATIM_LOGFORMAT is not a setting and has no effect; is it VERBATIM_LOG_FORMAT?", "VERBATIM_COLOUR"]
    {
        assert!(said.contains(words), "no {words:?} in:\n{said}");
    }
    assert!(!said.contains("red"), "{said}");
}

#[test]
fn the_status_of_the_migrations_changes_nothing() {
    let database = TestDatabase::empty();
    let status = || run(verbatim(&["migrate", "--status"]).env("DATABASE_URL", database.url()));
    let (code, printed, said) = status();
    assert_eq!(code, Some(1));
    assert!(printed.lines().all(|line| line.starts_with("missing  2")) && printed.lines().count() > 1, "{printed}");
    assert!(said.contains("run `verbatim migrate`"), "{said}");
    assert_eq!(database.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");

    run(verbatim(&["migrate"]).env("DATABASE_URL", database.url()));
    let (code, after, said) = status();
    assert_eq!((code, &*said), (Some(0), ""));
    assert_eq!(after, printed.replace("missing", "applied"));
}

#[test]
fn the_check_of_a_service_tells_whether_it_could_run() {
    let check = |url: &str| run(verbatim(&["serve", "--check"]).env("DATABASE_URL", url));
    let empty = TestDatabase::empty();
    let (code, printed, said) = check(&empty.url());
    assert_eq!((code, &*said), (Some(0), ""));
    assert!(printed.contains("`serve` will run"), "{printed}");
    assert_eq!(empty.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), "0");
    let (code, printed, _) = check(&TestDatabase::migrated().url());
    assert!(code == Some(0) && printed.contains("up to date"), "{printed}");

    let (code, _, said) = check("postgres://verbatim:hunter2@127.0.0.1:1/verbatim");
    assert!(code == Some(1) && said.contains("cannot reach the database") && !said.contains("hunter2"), "{said}");
    let (code, _, said) = check("mysql://elsewhere");
    assert!(code == Some(2) && said.contains("DATABASE_URL"), "{said}");
}

#[test]
fn the_check_starts_an_embedded_postgres_and_stops_it() {
    let dir = folder();
    let arguments = ["serve", "--check", "--data-dir", dir.path().to_str().unwrap()];
    assert!(printed(&arguments).contains("the database can be used"));
    assert_eq!(server_pid(dir.path()), None);

    let mut service = Process::serve(dir.path(), &[]);
    service.client();
    let (code, _, said) = run(&mut verbatim(&arguments));
    assert!(code == Some(1) && said.contains("is in use by another verbatim"), "{said}");
    service.stop();
}
