use super::*;
use crate::auth::Anonymous;
use crate::domain::Scope;
use clap::{FromArgMatches, Parser};

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    settings: ServeSettings,
}

/// As the command line gives them, without this process' environment.
fn read(arguments: &[&str]) -> Result<(Config, LogConfig), BadSettings> {
    let mut command = <Command as clap::CommandFactory>::command();
    let ids: Vec<clap::Id> = command.get_arguments().map(|argument| argument.get_id().clone()).collect();
    for id in ids {
        command = command.mut_arg(id, |argument| argument.env(None::<&'static str>));
    }
    let matches = command.get_matches_from(std::iter::once("verbatim").chain(arguments.iter().copied()));
    Command::from_arg_matches(&matches).unwrap().settings.read()
}

fn errors(arguments: &[&str]) -> Vec<String> {
    read(arguments).map(drop).unwrap_err().0
}

#[test]
fn the_deerrors_hold_together() {
    let (config, log) = read(&["--data-dir", "/data"]).unwrap();
    assert_eq!(config.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(config.request_deadline, Duration::from_secs(10));
    assert_eq!(config.statement_timeout, Duration::from_secs(9));
    assert_eq!(config.lock_timeout, Duration::from_secs(2));
    assert!((4..=32).contains(&config.pool_size));
    assert!(matches!(config.database, Database::Own { .. }));
    assert_eq!(log, LogConfig { format: LogFormat::Text, levels: "info,actix_server=warn,rmcp=error".to_owned() });
}

#[test]
fn the_limits_follow_a_shorter_deadline() {
    let (config, _) = read(&["--data-dir", "/data", "--request-deadline-ms", "1000"]).unwrap();
    assert_eq!(config.statement_timeout, Duration::from_millis(900));
    assert_eq!(config.lock_timeout, Duration::from_millis(200));
}

#[test]
fn a_limit_that_another_one_hides_is_refused() {
    let all = errors(&["--data-dir", "/d", "--request-deadline-ms", "5000", "--statement-timeout-ms", "5000"]);
    assert_eq!(
        all,
        ["--statement-timeout-ms (VERBATIM_STATEMENT_TIMEOUT_MS): is 5000 ms and must be shorter than \
          --request-deadline-ms (VERBATIM_REQUEST_DEADLINE_MS), which is 5000 ms"]
    );
}

#[test]
fn every_wrong_setting_is_named_at_once() {
    let all = errors(&[
        "--listen=here",
        "--database-url=mysql://u:secret@h/d",
        "--pool-size=0",
        "--workers=many",
        "--request-deadline-ms=0",
        "--drain-delay-ms=-1",
        "--log-format=xml",
        "--log-level=a=loud",
        "--cors-origin=https://a.example,https://b.example/path",
    ]);
    let flags: Vec<&str> = all.iter().filter_map(|error| error.split(' ').next()).collect();
    let expected = [
        "--log-format",
        "--log-level",
        "--request-deadline-ms",
        "--listen",
        "--database-url",
        "--pool-size",
        "--workers",
        "--drain-delay-ms",
        "--cors-origin",
    ];
    assert_eq!(flags, expected);
    assert!(!all.concat().contains("secret"), "{all:?}");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let (config, _) = read(&["--data-dir=/d", "--database-url=", "--listen=", "--pool-size= "]).unwrap();
    assert_eq!(config.listen.port(), 8080);
    assert!(matches!(config.database, Database::Own { .. }));
}

#[test]
fn standbys_need_a_database_url_and_their_own_are_hidden() {
    let standbys = "--database-read-url=postgres://u:secret@b/d  postgres://c/d";
    let (config, _) = read(&["--database-url=postgres://a/d", standbys]).unwrap();
    let urls: Vec<&str> = config.read_databases.iter().map(|url| url.expose()).collect();
    assert_eq!(urls, ["postgres://u:secret@b/d", "postgres://c/d"]);
    assert!(!format!("{config:?}").contains("secret"));
    assert_eq!(config.replica_max_lag, Duration::from_secs(2));

    let alone = errors(&["--data-dir=/d", "--database-read-url=postgres://u:secret@b/d"]);
    assert!(alone[0].starts_with("--database-read-url (DATABASE_READ_URL): needs --database-url"), "{alone:?}");
    let bad = errors(&["--database-url=postgres://a/d", "--database-read-url=b:secret", "--replica-max-lag-ms=100"]);
    assert_eq!(bad.len(), 2);
    assert!(!bad.concat().contains("secret"), "{bad:?}");
}

#[test]
fn a_server_is_fetched_unless_that_is_forbidden() {
    let fetches = |arguments: &[&str]| match read(arguments).unwrap().0.database {
        Database::Own { fetch, .. } => fetch,
        other => panic!("{other:?}"),
    };
    assert!(fetches(&["--data-dir=/d"]));
    assert!(!fetches(&["--data-dir=/d", "--no-fetch"]));
}

fn access(arguments: &[&str]) -> AccessConfig {
    read(&[&["--data-dir=/d"], arguments].concat()).unwrap().0.access
}

#[test]
fn callers_without_a_key_are_let_in_on_loopback_only_unless_that_is_set() {
    const KEY: &str = "--admin-key=0123456789012345678901234567890123456789";
    let anonymous = |arguments: &[&str]| access(arguments).anonymous;
    assert_eq!(anonymous(&[]), Anonymous::UntilKeysExist);
    assert_eq!(anonymous(&[KEY]), Anonymous::Fixed(None));
    assert_eq!(anonymous(&[KEY, "--listen=0.0.0.0:80"]), Anonymous::Fixed(None));
    assert_eq!(anonymous(&["--listen=[::]:80", "--allow-anonymous=read"]), Anonymous::Fixed(Some(Scope::Read)));
    assert_eq!(anonymous(&[KEY, "--allow-anonymous=all"]), Anonymous::Fixed(Some(Scope::Admin)));
    let refused = errors(&["--data-dir=/d", "--listen=0.0.0.0:80"]);
    assert!(refused[0].starts_with("--listen (VERBATIM_LISTEN): can be reached from other machines"), "{refused:?}");
}

#[test]
fn wrong_settings_of_access_are_named_together_without_the_secret() {
    let all = errors(&[
        "--data-dir=/d",
        "--admin-key=secret",
        "--allow-anonymous=some",
        "--rate-limit=fast",
        "--trusted-proxy=10.0.0.0/8,proxy",
        "--jwt-issuer=https://id.example",
        "--tls-key=key.pem",
    ]);
    let mut flags: Vec<&str> = all.iter().filter_map(|error| error.split(' ').next()).collect();
    flags.sort_unstable();
    let expected = ["--admin-key", "--allow-anonymous", "--jwt-jwks", "--rate-limit", "--tls-cert", "--trusted-proxy"];
    assert_eq!(flags, expected, "{all:?}");
    assert!(!all.concat().contains("secret"), "{all:?}");
}

#[test]
fn a_secret_is_given_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, "0123456789012345678901234567890123456789\n").unwrap();
    let file = format!("--admin-key-file={}", file.display());
    let key = access(&[&file]).admin_key.unwrap();
    assert_eq!(key.expose(), "0123456789012345678901234567890123456789");
    assert_eq!(format!("{key:?}"), "AdminKey(hidden)");
    let both = errors(&["--data-dir=/d", &file, "--admin-key=0123456789012345678901234567890123456789"]);
    assert!(both[0].starts_with("--admin-key-file (VERBATIM_ADMIN_KEY_FILE): cannot be set together with"), "{both:?}");
    let absent = errors(&["--database-url-file=/absent"]);
    assert!(absent[0].starts_with("--database-url-file (DATABASE_URL_FILE): cannot read /absent"), "{absent:?}");
}
