//! A TCP proxy before the Postgres of the tests, which can lose connections without a word.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use verbatim::postgres::DATABASE;

/// A proxy before a database.
pub struct Proxy {
    address: SocketAddr,
    database: String,
    /// Connections with a lower number are silent: the proxy takes their bytes and passes on none.
    first_alive: Arc<AtomicU64>,
    accepted: Arc<AtomicU64>,
}

impl Proxy {
    /// Starts a proxy before the database at a URL.
    pub fn start(url: &str) -> Self {
        let part = |start: &str, end: char| url.split(start).nth(1).unwrap().split(end).next().unwrap().to_owned();
        let socket = PathBuf::from(part("host=", '&').replace("%2F", "/")).join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (first_alive, accepted) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let proxy = Self {
            address: listener.local_addr().unwrap(),
            database: part("postgresql:///", '?'),
            first_alive: Arc::clone(&first_alive),
            accepted: Arc::clone(&accepted),
        };
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let number = accepted.fetch_add(1, Ordering::SeqCst);
                let Ok(server) = UnixStream::connect(&socket) else { continue };
                let (from_client, to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let is_alive = |first_alive: &Arc<AtomicU64>| {
                    let first_alive = Arc::clone(first_alive);
                    move || number >= first_alive.load(Ordering::SeqCst)
                };
                let (asks, answers) = (is_alive(&first_alive), is_alive(&first_alive));
                thread::spawn(move || pass(from_client, to_server, asks));
                thread::spawn(move || pass(server, client, answers));
            }
        });
        proxy
    }

    /// The address of the database behind the proxy.
    pub fn url(&self) -> String {
        format!("postgres://{DATABASE}@{}/{}", self.address, self.database)
    }

    /// Lets the connections of now go silent for ever. Later ones work.
    pub fn lose_connections(&self) {
        self.first_alive.store(self.accepted.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    /// Lets all connections go silent for ever, and those that come until [`Proxy::lose_connections`] is called.
    pub fn fall_silent(&self) {
        self.first_alive.store(u64::MAX, Ordering::SeqCst);
    }
}

/// Passes bytes on while the connection is alive, and swallows them afterwards.
fn pass(mut from: impl Read, mut to: impl Write, is_alive: impl Fn() -> bool) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        if is_alive() && to.write_all(&buffer[..length]).is_err() {
            return;
        }
    }
}
