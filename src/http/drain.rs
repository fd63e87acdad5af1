//! Connections that wait to be accepted when the service stops.
//!
//! The kernel completes connections until the listener is closed, and then resets those that nobody has accepted: under load
//! about two at each stop. They are answered 503 instead, so that their clients send the request again.

use super::respond::problem::Problem;
use super::wire::problem::Code;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// How long a client gets to send its request and to read the answer.
const CLIENT_TIMEOUT: Duration = Duration::from_millis(500);
/// The longest request that is read, in bytes.
const MAX_REQUEST: u64 = 64 << 10;

/// Closes the listener and answers the connections in its queue. Blocks while they are answered. The workers no longer accept.
pub fn refuse_waiting(listener: TcpListener) {
    // A failure ends it too: the listener does not block.
    let waiting: Vec<TcpStream> = listener.incoming().map_while(Result::ok).collect();
    drop(listener);
    thread::scope(|scope| {
        for stream in waiting {
            // A client that goes away needs no answer.
            scope.spawn(move || drop(refuse(stream)));
        }
    });
}

fn refuse(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(CLIENT_TIMEOUT))?;
    stream.set_write_timeout(Some(CLIENT_TIMEOUT))?;
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.len() as u64 <= MAX_REQUEST {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            length => request.extend_from_slice(&buffer[..length]),
        }
    }
    stream.write_all(&Problem::new(Code::Unavailable, "the service is stopping").to_response_bytes())?;
    stream.shutdown(Shutdown::Write)?;
    // Unread bytes of a body would reset the connection before the client has read the answer.
    io::copy(&mut stream.take(MAX_REQUEST), &mut io::sink()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_in_the_queue_is_answered_503_and_later_ones_are_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let mut clients = [TcpStream::connect(address).unwrap(), TcpStream::connect(address).unwrap()];
        for client in &mut clients {
            client.write_all(b"POST /v1/articles HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}").unwrap();
        }
        refuse_waiting(listener);
        for mut client in clients {
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 1\r\n"), "{answer}");
            let (_, body) = answer.split_once("\r\n\r\n").unwrap();
            assert!(body.contains("the service is stopping") && body.ends_with('}'), "{body}");
        }
        assert!(TcpStream::connect(address).is_err());
    }
}
