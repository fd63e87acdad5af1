//! The embedded Postgres recovers from crashes of the server, of the service, and of both.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use verbatim::postgres::DATABASE;

use crate::support::embedded::{
    address, ask, cluster, eventually, execute, folder, options, process, processes_in, refusal, server_pid,
    sleeping_session, start, start_durable,
};
use crate::support::postgres;
use crate::support::process::Process;

#[test]
fn a_killed_server_restarts_with_every_committed_row() {
    let dir = folder();
    let embedded = start_durable(dir.path());
    execute(&embedded, "create table kept as select generate_series(1, 1000) as n");
    for _ in 0..3 {
        let killed = embedded.server_pid().unwrap();
        kill(process(killed), Signal::SIGKILL).unwrap();
        eventually("a new server", || embedded.server_pid().filter(|&pid| pid != killed));
        assert_eq!(ask(&embedded, "select count(*) from kept"), "1000");
    }
}

#[test]
fn an_outage_and_its_end_are_logged_once_each() {
    let dir = folder();
    let mut owner = Process::serve(dir.path(), &["--log-level", "verbatim::postgres=info,verbatim::server=info"]);
    owner.client();
    kill(process(server_pid(dir.path()).unwrap()), Signal::SIGKILL).unwrap();
    let down = owner.logged("Postgres");
    let back = owner.logged("Postgres");
    assert!(down.contains("WARN") && down.contains("Postgres is down") && down.contains("signal: 9"), "{down}");
    assert!(back.contains("INFO") && back.contains("Postgres is back after"), "{back}");

    let log = owner.stop();
    let lines: Vec<&str> = log.iter().filter(|line| line.contains("Postgres ")).map(String::as_str).collect();
    assert_eq!(lines.last().copied(), Some(&*back), "{lines:?}");
    assert_eq!(server_pid(dir.path()), None);
}

#[test]
fn stopping_ends_a_server_with_open_sessions() {
    let dir = folder();
    let embedded = start(dir.path());
    let session = sleeping_session(&embedded.url(DATABASE));
    let sleeping = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'";
    eventually("the session", || (ask(&embedded, sleeping) == "1").then_some(()));
    let pid = embedded.server_pid().unwrap();
    drop(embedded);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    assert!(!cluster(dir.path()).join("postmaster.pid").exists());
    assert!(session.join().unwrap().is_err());
}

#[test]
fn stopping_ends_a_server_whose_processes_are_suspended() {
    let dir = folder();
    let embedded = start(dir.path());
    let session = sleeping_session(&embedded.url(DATABASE));
    let sleeping = "select count(*) from pg_stat_activity where wait_event = 'PgSleep'";
    eventually("the session", || (ask(&embedded, sleeping) == "1").then_some(()));
    let processes = processes_in(dir.path());
    assert!(processes.len() > 3, "{processes:?}");
    processes.iter().for_each(|&pid| kill(process(pid), Signal::SIGSTOP).unwrap());
    let asked = Instant::now();
    drop(embedded);
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    assert!(session.join().unwrap().is_err());
    eventually("the end of all processes", || processes_in(dir.path()).is_empty().then_some(()));
}

#[test]
fn a_damaged_pid_file_is_no_obstacle() {
    let dir = folder();
    start(dir.path()).stop();
    for text in ["", "garbage\n", "\n4711\n"] {
        let file = cluster(dir.path()).join("postmaster.pid");
        fs::write(&file, text).unwrap();
        let embedded = start(dir.path());
        assert_eq!(ask(&embedded, "select 1"), "1", "{text:?}");
    }
}

#[test]
fn a_server_that_can_never_start_is_one_message_at_once() {
    let dir = folder();
    start(dir.path()).stop();
    // As after a crash: this file alone is no reason to try again.
    fs::write(cluster(dir.path()).join("postmaster.pid"), "999999\n").unwrap();
    fs::rename(cluster(dir.path()).join("global/pg_control"), dir.path().join("pg_control")).unwrap();
    let asked = Instant::now();
    let message = refusal(&options(dir.path()));
    assert!(message.contains("Postgres did not start") && message.contains("pg_control"), "{message}");
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
}

#[test]
fn the_folder_of_a_killed_owner_can_be_used_again() {
    let dir = folder();
    let mut owner = Process::serve(dir.path(), &[]);
    owner.client();
    postgres::execute(&address(dir.path()), "create table kept as select 'acknowledged' as word");
    let left_behind = server_pid(dir.path()).unwrap();
    owner.kill();
    assert!(Path::new(&format!("/proc/{left_behind}")).exists());

    let embedded = start(dir.path());
    assert_ne!(embedded.server_pid(), Some(left_behind));
    assert_eq!(ask(&embedded, "select word from kept"), "acknowledged");
}

#[test]
fn the_folder_of_an_owner_and_a_server_both_killed_can_be_used_again() {
    let dir = folder();
    let mut owner = Process::serve(dir.path(), &[]);
    owner.client();
    postgres::execute(&address(dir.path()), "create table kept as select 'acknowledged' as word");
    let left_behind = server_pid(dir.path()).unwrap();
    owner.kill();
    kill(process(left_behind), Signal::SIGKILL).unwrap();
    let embedded = start(dir.path());
    assert_eq!(ask(&embedded, "select word from kept"), "acknowledged");
}

#[test]
fn a_restart_waits_for_the_sessions_of_the_killed_server() {
    let dir = folder();
    let embedded = start(dir.path());
    let session = sleeping_session(&embedded.url(DATABASE));
    let sleeping = "select max(pid) from pg_stat_activity where wait_event = 'PgSleep'";
    let backend = eventually("the session", || ask(&embedded, sleeping).parse().ok());
    kill(process(backend), Signal::SIGSTOP).unwrap();
    let server = process(embedded.server_pid().unwrap());
    kill(server, Signal::SIGKILL).unwrap();
    eventually("a refused start", || {
        let log = fs::read_to_string(dir.path().join("postgres.log")).unwrap();
        log.contains("is still in use").then_some(())
    });
    kill(process(backend), Signal::SIGCONT).unwrap();
    eventually("a new server", || embedded.server_pid());
    assert_eq!(ask(&embedded, "select 1"), "1");
    assert!(session.join().unwrap().is_err());
}

#[test]
fn a_start_waits_for_the_sessions_of_a_dead_server() {
    let dir = folder();
    let mut owner = Process::serve(dir.path(), &[]);
    owner.client();
    let address = address(dir.path());
    let session = sleeping_session(&address);
    let sleeping = "select max(pid) from pg_stat_activity where wait_event = 'PgSleep'";
    let backend = eventually("the session", || postgres::ask(&address, sleeping).parse().ok());
    let server = server_pid(dir.path()).unwrap();
    kill(process(backend), Signal::SIGSTOP).unwrap();
    owner.kill();
    kill(process(server), Signal::SIGKILL).unwrap();

    std::thread::scope(|scope| {
        let starting = scope.spawn(|| start(dir.path()));
        // Postgres refuses to start. While the dead server is still a zombie, it is not even started.
        let begun = Instant::now();
        eventually("a refused start", || {
            let log = fs::read_to_string(dir.path().join("postgres.log")).unwrap();
            let refused = log.contains("is still in use");
            (refused || begun.elapsed() > Duration::from_secs(1)).then_some(())
        });
        let waits = !starting.is_finished();
        kill(process(backend), Signal::SIGCONT).unwrap();
        assert!(waits);
        assert_eq!(ask(&starting.join().unwrap(), "select 1"), "1");
    });
    assert!(session.join().unwrap().is_err());
}

#[test]
fn a_reused_process_id_of_a_dead_server_does_not_prevent_a_start() {
    let dir = folder();
    start(dir.path()).stop();
    let cluster = cluster(dir.path());
    let socket = dir.path().join("postgres/socket");
    let owner = fs::metadata(&cluster).unwrap();
    let mut other = Command::new("sleep").arg("60").gid(owner.gid()).uid(owner.uid()).spawn().unwrap();
    let stale = format!("{}\n{}\n1\n5432\n{}\n\n", other.id(), cluster.display(), socket.display());
    fs::write(cluster.join("postmaster.pid"), &stale).unwrap();
    fs::write(socket.join(".s.PGSQL.5432.lock"), &stale).unwrap();
    assert_eq!(ask(&start(dir.path()), "select 1"), "1");
    assert_eq!(other.try_wait().unwrap(), None, "it was killed");
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn an_incomplete_cluster_is_removed_at_the_next_start() {
    let dir = folder();
    let mut owner = Process::serve(dir.path(), &[]);
    let version_in_the_making = || {
        let entries = fs::read_dir(dir.path().join("postgres")).ok()?.flatten();
        entries.map(|entry| entry.path()).find(|path| *path != cluster(dir.path()) && path.join("PG_VERSION").exists())
    };
    let half_made = eventually("a cluster in the making", version_in_the_making);
    owner.kill();
    assert!(!cluster(dir.path()).exists());
    assert!(half_made.exists());

    assert_eq!(ask(&start(dir.path()), "select 1"), "1");
    assert!(!half_made.exists());
}

#[test]
fn an_interrupt_from_the_terminal_does_not_reach_the_server() {
    let dir = folder();
    let mut owner = Process::serve(dir.path(), &["--drain-delay-ms", "2000"]);
    owner.client();
    killpg(owner.id(), Signal::SIGINT).unwrap();
    owner.logged("stopping");
    assert_eq!(postgres::ask(&address(dir.path()), "select 1"), "1");
    let log = owner.stop();
    assert!(!log.iter().any(|line| line.contains("WARN")), "{log:?}");
    assert_eq!(server_pid(dir.path()), None);
}
