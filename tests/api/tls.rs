//! TLS: answers over it, and certificates that are renewed.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use verbatim::tls::TlsFiles;

use crate::support::TestApp;
use crate::support::embedded::eventually;
use crate::support::process::{run, verbatim};

const CERTIFICATES: &str = "tests/api/certificates";

fn certificate(name: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_file(format!("{CERTIFICATES}/{name}.pem")).unwrap()
}

/// Puts a certificate and its key into a folder.
fn place(folder: &Path, name: &str) -> TlsFiles {
    let files = TlsFiles { certificate: folder.join("certificate.pem"), key: folder.join("certificate.key") };
    fs::copy(format!("{CERTIFICATES}/{name}.pem"), &files.certificate).unwrap();
    fs::copy(format!("{CERTIFICATES}/{name}.key"), &files.key).unwrap();
    files
}

/// Reads `/livez` over TLS. Returns the answer and the certificate of the service.
fn read(app: &TestApp) -> (String, CertificateDer<'static>) {
    let mut roots = RootCertStore::empty();
    roots.add(certificate("authority")).unwrap();
    let config =
        ClientConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions();
    let config = config.unwrap().with_root_certificates(roots).with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
    let stream = TcpStream::connect(app.base.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    stream.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    // The service may close the connection without the farewell of TLS.
    drop(stream.read_to_string(&mut answer));
    let chain = stream.conn.peer_certificates().unwrap();
    (answer, chain[0].clone().into_owned())
}

#[test]
fn the_service_answers_over_tls_with_the_certificate_that_its_file_has_now() {
    let folder = tempfile::tempdir().unwrap();
    let files = place(folder.path(), "first");
    let app = TestApp::with(|config| config.access.tls = Some(files.clone()));
    let (answer, used) = read(&app);
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!(used, certificate("first"));
    assert!(app.request("GET", "/livez").try_send().is_err(), "plain HTTP is answered");

    // A certificate without its key is not used.
    fs::copy(format!("{CERTIFICATES}/second.pem"), &files.certificate).unwrap();
    std::thread::sleep(verbatim::tls::RELOAD_PERIOD + Duration::from_secs(1));
    assert_eq!(read(&app).1, certificate("first"));
    place(folder.path(), "second");
    eventually("the new certificate", || (read(&app).1 == certificate("second")).then_some(()));
}

#[test]
fn the_health_check_uses_tls_where_the_service_does() {
    let folder = tempfile::tempdir().unwrap();
    let files = place(folder.path(), "first");
    let app = TestApp::with(|config| config.access.tls = Some(files.clone()));
    let ask = |certificate: &str| {
        let listen = app.base.trim_start_matches("http://");
        run(verbatim(&["healthcheck"]).env("VERBATIM_LISTEN", listen).env("VERBATIM_TLS_CERT", certificate)).0
    };
    assert_eq!(ask(files.certificate.to_str().unwrap()), Some(0));
    assert_eq!(ask(""), Some(1));
}

#[test]
fn a_certificate_that_cannot_be_used_is_an_error_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let files = place(folder.path(), "first");
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let serve = |certificate: &str, key: &str| {
        let database = "postgres://127.0.0.1:1/none";
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--database-url", database];
        let tls = ["--tls-cert", certificate, "--tls-key", key];
        run(&mut verbatim(&[&arguments[..], &tls].concat()))
    };
    let second = format!("{CERTIFICATES}/second.key");
    for (certificate, key, expected) in [
        (path(&files.certificate), second, "does not fit its key"),
        (path(&files.key), path(&files.key), "has no certificate in PEM"),
        (path(&files.certificate), path(&files.certificate), "has no private key in PEM"),
        (path(&folder.path().join("absent")), path(&files.key), "cannot read"),
    ] {
        let (status, _, error) = serve(&certificate, &key);
        assert!(status == Some(1) && error.contains(expected), "{error}");
    }
    let (status, _, error) = run(&mut verbatim(&["serve", "--tls-cert", &path(&files.certificate)]));
    assert!(status == Some(2) && error.contains("--tls-key (VERBATIM_TLS_KEY): is needed with --tls-cert"), "{error}");
}
