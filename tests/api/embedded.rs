//! The embedded Postgres: creation, reuse and refusals.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

use verbatim::postgres::{DATABASE, Embedded, EmbeddedError, Options};
use verbatim::server::migrate;

use crate::support::embedded::{ask, ask_as_admin, cluster, execute, folder, options, refusal, start, start_durable};

#[test]
fn a_cluster_is_created_once_and_keeps_its_data() {
    let dir = folder();
    let embedded = start(dir.path());
    execute(&embedded, "create table kept as select 'Škoda, œuvre' as word");
    let made = fs::metadata(cluster(dir.path()).join("PG_VERSION")).unwrap().ino();
    embedded.stop();

    let again = start(dir.path());
    assert_eq!(ask(&again, "select word from kept"), "Škoda, œuvre");
    let found = fs::metadata(cluster(dir.path()).join("PG_VERSION")).unwrap().ino();
    assert_eq!(found, made);
}

#[test]
fn the_server_speaks_utf8_and_utc_and_listens_on_its_private_socket_only() {
    let dir = folder();
    let embedded = start(dir.path());
    let shown = |name: &str| ask(&embedded, &format!("select current_setting('{name}')"));
    assert_eq!(shown("server_encoding"), "UTF8");
    assert_eq!(shown("lc_messages"), "C");
    assert_eq!(shown("timezone"), "UTC");
    assert_eq!(shown("listen_addresses"), "");
    assert_eq!(shown("max_connections"), "20");
    assert_eq!(shown("fsync"), "off");
    assert_eq!(ask(&embedded, "select concat_ws(' ', lower('ÉTÉ'), 'Z' < 'a', 'z' < 'é')"), "été t t");
    execute(&embedded, "create extension unaccent; create extension pg_trgm");

    let private = fs::metadata(dir.path().join("postgres")).unwrap();
    assert_eq!(private.mode() & 0o777, 0o700);
}

#[test]
fn a_durable_server_syncs() {
    let dir = folder();
    let embedded = start_durable(dir.path());
    let settings = "select string_agg(setting, ' ') from pg_settings \
                    where name in ('fsync', 'synchronous_commit', 'full_page_writes')";
    assert_eq!(ask(&embedded, settings), "on on on");
}

#[test]
fn root_runs_the_server_as_another_account_and_other_users_as_themselves() {
    let dir = folder();
    let embedded = start(dir.path());
    let me = fs::metadata("/proc/self").unwrap().uid();
    let owner = fs::metadata(cluster(dir.path())).unwrap().uid();
    let pid = embedded.server_pid().unwrap();
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let field = |name: &str| -> Vec<u32> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.split_whitespace().map(|id| id.parse().unwrap()).collect()
    };
    assert_eq!(field("Uid:"), [owner; 4]);
    assert!(!field("Gid:").contains(&0));
    if me == 0 {
        assert_ne!(owner, 0);
        assert_eq!(field("Groups:"), [0_u32; 0]);
    } else {
        assert_eq!(owner, me);
    }
}

#[test]
fn a_folder_below_an_inaccessible_one_is_refused_with_the_reason() {
    let closed = tempfile::tempdir().unwrap();
    let root = fs::metadata("/proc/self").unwrap().uid() == 0;
    fs::set_permissions(closed.path(), Permissions::from_mode(0o700)).unwrap();
    let data_dir = closed.path().join("data");
    match Embedded::start(&options(&data_dir)) {
        Err(error @ EmbeddedError::OutOfReach { .. }) if root => {
            let message = error.to_string();
            assert!(message.contains(&format!("chmod o+x '{}'", closed.path().display())), "{message}");
            assert!(!data_dir.exists());
        }
        Ok(embedded) if !root => assert!(embedded.server_pid().is_some()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_empty_folder_that_only_root_can_enter_becomes_the_data_folder() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o700)).unwrap();
    assert_eq!(ask(&start(dir.path()), "select 1"), "1");
}

#[test]
fn missing_folders_are_created() {
    let dir = folder();
    let deep = dir.path().join("a/b/data");
    let embedded = start(&deep);
    assert_eq!(embedded.data_dir(), deep.canonicalize().unwrap());
    assert_eq!(ask(&embedded, "select 1"), "1");
}

#[test]
fn a_second_instance_is_refused_with_the_owner_of_the_folder() {
    let dir = folder();
    let first = start(dir.path());
    let message = refusal(&options(dir.path()));
    assert!(message.contains("in use by another verbatim"), "{message}");
    assert!(message.contains(&format!("(process {})", std::process::id())), "{message}");
    assert_eq!(ask(&first, "select 1"), "1");
    first.stop();
    start(dir.path());
}

#[test]
fn missing_binaries_are_reported_with_the_install_commands() {
    let (dir, empty) = (folder(), folder());
    let message = refusal(&Options { bin_dir: Some(empty.path().to_owned()), ..options(dir.path()) });
    for part in [
        empty.path().to_str().unwrap(),
        "apt-get install postgresql",
        "dnf install postgresql-server",
        "brew install postgresql@17",
        "PG_BIN_DIR",
        "DATABASE_URL",
    ] {
        assert!(message.contains(part), "no {part} in: {message}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn an_old_server_and_one_without_extensions_are_refused_with_the_reason() {
    let (dir, bin) = (folder(), folder());
    let with = |initdb: &str| {
        for (name, script) in [("postgres", "exit 1"), ("initdb", initdb)] {
            let path = bin.path().join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        }
        refusal(&Options { bin_dir: Some(bin.path().to_owned()), ..options(dir.path()) })
    };
    let message = with("printf 'VERSION=13.4\\nshare_path=/nonexistent\\n' >&2");
    assert!(message.contains("is version 13; 14 or newer is needed"), "{message}");
    let message = with("printf 'VERSION=17.1\\nshare_path=/nonexistent\\n' >&2");
    assert!(message.contains("lacks the extension unaccent"), "{message}");
    let message = with("echo what >&2");
    assert!(message.contains("printed no version"), "{message}");
}

#[test]
fn a_folder_of_a_user_without_a_name_is_refused_in_words() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let dir = folder();
    fs::create_dir(dir.path().join("postgres")).unwrap();
    std::os::unix::fs::chown(dir.path().join("postgres"), Some(54_321), Some(54_321)).unwrap();
    let message = refusal(&options(dir.path()));
    assert!(message.contains("user id 54321, which has no name on this machine"), "{message}");
}

#[test]
fn a_cluster_of_another_version_is_not_changed() {
    let dir = folder();
    start(dir.path()).stop();
    let version = cluster(dir.path()).join("PG_VERSION");
    let made_by = fs::read_to_string(&version).unwrap();
    fs::write(&version, "9\n").unwrap();
    let message = refusal(&options(dir.path()));
    assert!(message.contains("was made by Postgres 9,"), "{message}");

    fs::remove_file(&version).unwrap();
    let message = refusal(&options(dir.path()));
    assert!(message.contains("is not a Postgres cluster"), "{message}");

    fs::write(&version, made_by).unwrap();
    assert_eq!(ask(&start(dir.path()), "select 1"), "1");
}

#[test]
fn a_failed_start_reports_the_message_of_the_server() {
    let dir = folder();
    start(dir.path()).stop();
    let file = cluster(dir.path()).join("postgresql.conf");
    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{good}\nno_such_setting = 1\n")).unwrap();
    let message = refusal(&options(dir.path()));
    assert!(message.contains("no_such_setting"), "{message}");
    assert!(message.contains("postgres.log"), "{message}");
}

#[test]
fn a_path_too_long_for_a_socket_has_its_socket_in_another_folder() {
    let dir = folder();
    let long = dir.path().join("d".repeat(120));
    let socket_dir = {
        let embedded = start(&long);
        assert_eq!(ask(&embedded, "select 1"), "1");
        let socket_dir = PathBuf::from(
            ask_as_admin(&embedded, "select current_setting('unix_socket_directories')").replace('"', ""),
        );
        assert!(!socket_dir.starts_with(dir.path()), "{socket_dir:?}");
        assert_eq!(fs::metadata(&socket_dir).unwrap().mode() & 0o777, 0o700);
        socket_dir
    };
    assert!(!socket_dir.exists());
}

#[test]
fn a_path_with_special_characters_works() {
    let dir = folder();
    for name in ["with space & 100% é? \"quo'ted\"", "a,b"] {
        assert_eq!(ask(&start(&dir.path().join(name)), "select 1"), "1", "{name}");
    }
}

#[test]
fn the_service_uses_an_ordinary_role_that_owns_its_database() {
    let dir = folder();
    let embedded = start(dir.path());
    let role = "select concat_ws(' ', rolname, rolsuper, rolcreatedb, rolcreaterole) from pg_roles \
                where rolname = current_user";
    assert_eq!(ask(&embedded, role), "verbatim f f f");
    let owner = "select pg_get_userbyid(datdba) from pg_database where datname = current_database()";
    assert_eq!(ask(&embedded, owner), "verbatim");
    migrate(&embedded.url(DATABASE)).unwrap();
}
