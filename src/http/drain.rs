//! Connections that arrive while the service stops.
//!
//! The kernel completes connections until the listener is closed, and then resets those that nobody has accepted: under load
//! about two at each stop.

use std::io;
use std::net::TcpListener;

#[cfg(target_os = "linux")]
use socket2::{SockFilter, SockRef};

/// Lets no further connection into the queue of the listener, while those in it can still be accepted.
///
/// A packet filter drops the first packet of new connections. Their clients send it again after a second; when the listener
/// is closed by then, they are refused.
///
/// # Errors
/// When the system has no such filters.
#[cfg(target_os = "linux")]
pub fn ignore_new_connections(listener: &TcpListener) -> io::Result<()> {
    const FLAGS_OF_TCP_HEADER: u32 = 13;
    const SYN: u32 = 0x02;
    const SYN_AND_ACK: u32 = 0x12;
    // Opcodes of the classic Berkeley packet filter.
    const LOAD_BYTE: u16 = 0x30;
    const AND: u16 = 0x54;
    const JUMP_IF_EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    SockRef::from(listener).attach_filter(&[
        SockFilter::new(LOAD_BYTE, 0, 0, FLAGS_OF_TCP_HEADER),
        SockFilter::new(AND, 0, 0, SYN_AND_ACK),
        SockFilter::new(JUMP_IF_EQUAL, 0, 1, SYN),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ])
}

/// Other systems have no such filter.
#[cfg(not(target_os = "linux"))]
pub fn ignore_new_connections(_: &TcpListener) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::Duration;

    #[test]
    fn connections_in_the_queue_are_served_and_later_ones_are_not_taken() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut client = TcpStream::connect(address).unwrap();
        ignore_new_connections(&listener).unwrap();

        let late = TcpStream::connect_timeout(&address, Duration::from_millis(200));
        assert_eq!(late.unwrap_err().kind(), io::ErrorKind::TimedOut);

        let (mut served, _) = listener.accept().unwrap();
        drop(listener);
        client.write_all(b"question").unwrap();
        let mut question = [0; 8];
        served.read_exact(&mut question).unwrap();
        served.write_all(b"answer").unwrap();
        drop(served);
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert_eq!((&question, answer.as_str()), (b"question", "answer"));
        assert_eq!(TcpStream::connect(address).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }
}
