//! Who calls, what they may do, and how much: API keys, their scopes and limits. No I/O.

mod caller;
mod jwt;
mod key_ring;
mod limits;
mod secret;

pub use caller::{AuthError, Caller};
pub use jwt::{Issuer, JwtSettings};
pub use key_ring::{KeyRing, StoredSecret};
pub use limits::{Allowance, BURST_SECONDS, InFlight, LimitError, LimitSettings, Limits, Subject};
pub use secret::{Digest, MIN_SECRET, Secret, digest};

use crate::domain::Scope;
use chrono::Utc;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// The name of the caller with the key of the settings.
pub const ADMIN_NAME: &str = "admin";

/// What a caller without a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anonymous {
    /// Nothing, or everything up to this scope.
    Fixed(Option<Scope>),
    /// Everything as long as no key is stored.
    UntilKeysExist,
}

/// Finds the caller that a request's credentials belong to.
pub struct Authenticator {
    keys: Arc<KeyRing>,
    /// The digest of the admin key of the settings.
    admin: Option<Digest>,
    /// Whose tokens are accepted.
    issuer: Option<Arc<Issuer>>,
    anonymous: Anonymous,
}

impl Authenticator {
    /// Accepts the stored keys, the admin key of the settings, and tokens of the issuer.
    pub fn new(keys: Arc<KeyRing>, admin: Option<Digest>, issuer: Option<Arc<Issuer>>, anonymous: Anonymous) -> Self {
        Self { keys, admin, issuer, anonymous }
    }

    /// The caller with this API key or token.
    ///
    /// # Errors
    /// When the caller is not let in.
    pub async fn authenticate(&self, key: Option<&str>) -> Result<Caller, AuthError> {
        match key {
            Some(text) => self.caller(text).await,
            None => self.anonymous().await,
        }
    }

    async fn anonymous(&self) -> Result<Caller, AuthError> {
        let scope = match self.anonymous {
            Anonymous::Fixed(scope) => scope,
            Anonymous::UntilKeysExist => self.keys.is_empty().await?.then_some(Scope::Admin),
        };
        let scope = scope.ok_or(AuthError::Missing)?;
        Ok(Caller { name: None, scope, publisher: None })
    }

    async fn caller(&self, text: &str) -> Result<Caller, AuthError> {
        let digest = digest(text);
        if self.admin.is_some_and(|admin| admin.ct_eq(&digest).into()) {
            return Ok(Caller { name: Some(ADMIN_NAME.into()), scope: Scope::Admin, publisher: None });
        }
        if let Some(issuer) = &self.issuer
            && Issuer::is_token(text)
        {
            return issuer.caller(text);
        }
        if !Secret::is_complete(text) {
            return Err(AuthError::Malformed);
        }
        let key = self.keys.find(&digest, Utc::now()).await?.ok_or(AuthError::Invalid)?;
        let publisher = key.publisher.as_deref().map(Into::into);
        Ok(Caller { name: Some(key.name.as_str().into()), scope: key.scope, publisher })
    }
}

/// The credentials of the scheme `Bearer` in a value of `Authorization`; other schemes may be meant for a proxy.
pub fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, credentials) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| credentials.trim())
}
