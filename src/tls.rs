//! TLS: for connections to the service, with a certificate that is read again when its files change, and for requests that it sends.

use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};
use std::time::Duration;
use ureq::tls::{RootCerts, TlsConfig, TlsConfigBuilder, TlsProvider};

/// How often the files are compared with what is in use.
pub const RELOAD_PERIOD: Duration = Duration::from_secs(5);

/// The files of the certificate and of its key, in PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate, and those of the authorities between it and a root.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// TLS for requests that this program sends. Trusts the root certificates of the system, which are read once.
pub fn client() -> TlsConfig {
    static CLIENT: LazyLock<TlsConfig> = LazyLock::new(trusting_the_system);
    CLIENT.clone()
}

fn trusting_the_system() -> TlsConfig {
    let roots = rustls_native_certs::load_native_certs().certs;
    let roots: Vec<_> = roots.iter().map(|root| ureq::tls::Certificate::from_der(root).to_owned()).collect();
    client_builder().root_certs(RootCerts::Specific(Arc::new(roots))).build()
}

/// TLS for a request whose receiver need not be who it says.
pub fn client_without_checks() -> TlsConfig {
    client_builder().disable_verification(true).build()
}

fn client_builder() -> TlsConfigBuilder {
    let provider = Arc::new(default_provider());
    TlsConfig::builder().provider(TlsProvider::Rustls).unversioned_rustls_crypto_provider(provider)
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("cannot read {path}: {source}", path = path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path} has no {what} in PEM", path = path.display())]
    Pem { path: PathBuf, what: &'static str },
    #[error("{path} does not fit its key: {source}", path = path.display())]
    Certificate { path: PathBuf, source: rustls::Error },
    #[error("TLS cannot be set up: {0}")]
    Setup(rustls::Error),
}

/// A certificate in use.
#[derive(Debug)]
pub struct Certificate {
    files: TlsFiles,
    provider: Arc<CryptoProvider>,
    current: RwLock<Current>,
}

#[derive(Debug)]
struct Current {
    /// What the files had, certificate and key.
    contents: [Vec<u8>; 2],
    key: Arc<CertifiedKey>,
}

impl Certificate {
    /// Reads the files.
    ///
    /// # Errors
    /// When they cannot be read, or do not belong together.
    pub fn load(files: TlsFiles) -> Result<Arc<Self>, TlsError> {
        let provider = Arc::new(default_provider());
        let contents = read(&files)?;
        let key = Arc::new(parse(&files, &contents, &provider)?);
        Ok(Arc::new(Self { files, provider, current: RwLock::new(Current { contents, key }) }))
    }

    /// Reads the files again when they have changed; true when they have. A certificate that cannot be used leaves the former
    /// one in use.
    ///
    /// # Errors
    /// As [`Certificate::load`].
    pub fn reload(&self) -> Result<bool, TlsError> {
        let contents = read(&self.files)?;
        if contents == self.current.read().unwrap_or_else(PoisonError::into_inner).contents {
            return Ok(false);
        }
        let key = Arc::new(parse(&self.files, &contents, &self.provider)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Current { contents, key };
        Ok(true)
    }

    /// The settings of a server with this certificate: TLS 1.2 and 1.3.
    ///
    /// # Errors
    /// [`TlsError::Setup`], which is a fault of the build.
    pub fn server_config(self: &Arc<Self>) -> Result<ServerConfig, TlsError> {
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.provider));
        let builder = builder.with_protocol_versions(&[&version::TLS13, &version::TLS12]).map_err(TlsError::Setup)?;
        Ok(builder.with_no_client_auth().with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>))
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).key))
    }
}

fn read(files: &TlsFiles) -> Result<[Vec<u8>; 2], TlsError> {
    let read = |path: &PathBuf| fs::read(path).map_err(|source| TlsError::Read { path: path.clone(), source });
    Ok([read(&files.certificate)?, read(&files.key)?])
}

fn parse(files: &TlsFiles, [chain, key]: &[Vec<u8>; 2], provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
    let no_chain = || TlsError::Pem { path: files.certificate.clone(), what: "certificate" };
    let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(no_chain)?;
    let key = PrivateKeyDer::from_pem_slice(key)
        .map_err(|_| TlsError::Pem { path: files.key.clone(), what: "private key" })?;
    CertifiedKey::from_der(chain, key, provider)
        .map_err(|source| TlsError::Certificate { path: files.certificate.clone(), source })
}
