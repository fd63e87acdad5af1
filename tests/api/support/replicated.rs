//! A primary and a standby that streams from it.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::Command;

use nix::sys::signal::{Signal, kill};
use tempfile::TempDir;
use verbatim::config::{Config, Database, DatabaseUrl};
use verbatim::postgres::{DATABASE, Embedded};
use verbatim::server::migrate;

use super::embedded::{ask_as_admin, cluster, eventually, execute_as_admin, folder, process, processes_in, start};

/// A primary and a standby in temporary folders. Dropping it stops both, the standby first.
pub struct Replicated {
    standby: Option<Embedded>,
    pub primary: Embedded,
    folder_of_standby: TempDir,
    _folder_of_primary: TempDir,
}

impl Replicated {
    /// Starts a migrated primary and its standby.
    #[track_caller]
    pub fn start() -> Self {
        let (folder_of_primary, folder_of_standby) = (folder(), folder());
        let primary = start(folder_of_primary.path());
        migrate(&primary.url(DATABASE)).unwrap();
        primary.stop();
        // While the server is stopped, a copy of its folder with owners and modes is a base backup.
        let (from, to) = (folder_of_primary.path().join("postgres"), folder_of_standby.path().join("postgres"));
        assert!(Command::new("cp").arg("-a").args([&from, &to]).status().unwrap().success());
        let primary = start(folder_of_primary.path());
        follow(&folder_of_standby, &primary);
        let standby = Some(start(folder_of_standby.path()));
        Self { standby, primary, folder_of_standby, _folder_of_primary: folder_of_primary }
    }

    /// Configures a service that writes to the primary and reads from the standby.
    pub fn configure(&self, config: &mut Config) {
        config.database = Database::At(DatabaseUrl::parse(&self.primary.url(DATABASE)).unwrap());
        config.read_databases = vec![DatabaseUrl::parse(&self.standby_url()).unwrap()];
    }

    #[track_caller]
    pub fn standby_url(&self) -> String {
        self.standby.as_ref().unwrap().url(DATABASE)
    }

    /// Sets the delay of replay on the standby: `1h`, or `0` for none.
    #[track_caller]
    pub fn delay(&self, delay: &str) {
        let standby = self.standby.as_ref().unwrap();
        execute_as_admin(standby, &format!("ALTER SYSTEM SET recovery_min_apply_delay = '{delay}'"));
        execute_as_admin(standby, "SELECT pg_reload_conf()");
    }

    /// Has every commit wait until the standby has it.
    #[track_caller]
    pub fn commit_on_both(&self) {
        execute_as_admin(&self.primary, "ALTER SYSTEM SET synchronous_standby_names = '*'");
        execute_as_admin(&self.primary, "SELECT pg_reload_conf()");
        let count = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
        eventually("synchronous replication", || (ask_as_admin(&self.primary, count) == "1").then_some(()));
    }

    /// The address of whichever of the two takes writes.
    #[track_caller]
    pub fn url_of_either(&self) -> String {
        let host = |url: String| url.split("host=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        let hosts = [self.primary.url(DATABASE), self.standby_url()].map(host).join(",");
        format!("postgresql:///{DATABASE}?host={hosts}&user={DATABASE}&target_session_attrs=read-write")
    }

    /// Kills all processes of the primary. It does not come back: its folder is elsewhere.
    #[track_caller]
    pub fn crash_primary(&self) {
        let data_dir = self.primary.data_dir();
        let processes = processes_in(data_dir);
        assert!(processes.len() > 3, "{processes:?}");
        // Suspended first, so that none outlives another.
        for signal in [Signal::SIGSTOP, Signal::SIGKILL] {
            if signal == Signal::SIGKILL {
                fs::rename(cluster(data_dir), data_dir.join("crashed")).unwrap();
            }
            for &pid in &processes {
                // Some end by themselves.
                kill(process(pid), signal).ok();
            }
        }
    }

    #[track_caller]
    pub fn promote_standby(&self) {
        execute_as_admin(self.standby.as_ref().unwrap(), "SELECT pg_promote()");
    }

    pub fn stop_standby(&mut self) {
        drop(self.standby.take());
    }

    #[track_caller]
    pub fn start_standby(&mut self) {
        self.standby = Some(start(self.folder_of_standby.path()));
    }
}

/// Configures the cluster in a folder as a standby.
#[track_caller]
fn follow(folder: &TempDir, primary: &Embedded) {
    let cluster = cluster(folder.path());
    let socket = primary.data_dir().join("postgres/socket");
    let mut settings = OpenOptions::new().append(true).open(cluster.join("postgresql.auto.conf")).unwrap();
    writeln!(settings, "primary_conninfo = 'host={} user=postgres'", socket.display()).unwrap();
    writeln!(settings, "wal_retrieve_retry_interval = '100ms'").unwrap();
    fs::write(cluster.join("standby.signal"), "").unwrap();
}
