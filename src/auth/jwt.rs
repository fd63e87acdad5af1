//! JSON Web Tokens of a trusted issuer, as an alternative to stored keys.

use super::caller::{AuthError, Caller};
use crate::domain::Scope;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Map, Value};
use std::fmt;
use std::sync::{PoisonError, RwLock};

/// The most characters of a subject.
const MAX_SUBJECT: usize = 150;
/// By how many seconds the clocks of the issuer and the service may differ.
const LEEWAY: u64 = 5;
/// The names of callers with a token begin with it, so that they differ from those of keys.
const PREFIX: &str = "jwt:";
/// Algorithms whose tokens only the issuer can sign.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// What a token must say to be accepted.
#[derive(Debug, Clone)]
pub struct JwtSettings {
    pub issuer: String,
    pub audience: String,
    /// The claim that has the scopes. A dot leads into an object: `realm_access.roles`.
    pub scope_claim: String,
}

/// A trusted issuer with its public keys.
pub struct Issuer {
    settings: JwtSettings,
    keys: RwLock<JwkSet>,
}

/// A text is not a set of public keys.
#[derive(Debug)]
pub struct BadJwks(String);

impl fmt::Display for BadJwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is not a JSON Web Key Set with public keys: {}", self.0)
    }
}

impl Issuer {
    /// An issuer whose keys are not known yet.
    pub fn new(settings: JwtSettings) -> Self {
        Self { settings, keys: RwLock::new(JwkSet { keys: Vec::new() }) }
    }

    /// Replaces the keys.
    ///
    /// # Errors
    /// When `jwks` is not a set of public keys; the former ones stay.
    pub fn replace_keys(&self, jwks: &str) -> Result<(), BadJwks> {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = parse(jwks)?;
        Ok(())
    }

    /// Whether a credential looks like a token rather than a key.
    pub(super) fn is_token(text: &str) -> bool {
        text.split('.').count() == 3
    }

    /// The caller that a token names.
    pub(super) fn caller(&self, token: &str) -> Result<Caller, AuthError> {
        let claims = self.claims(token).ok_or(AuthError::InvalidToken)?;
        let subject = claims.get("sub").and_then(Value::as_str).unwrap_or_default();
        let is_plain = !subject.is_empty() && !subject.contains(char::is_control);
        if !is_plain || subject.chars().count() > MAX_SUBJECT {
            return Err(AuthError::InvalidToken);
        }
        let scope = self.scope(&claims).ok_or(AuthError::NoScope)?;
        Ok(Caller { name: Some(format!("{PREFIX}{subject}").into()), scope, publisher: None })
    }

    fn claims(&self, token: &str) -> Option<Map<String, Value>> {
        let header = decode_header(token).ok()?;
        if !ALGORITHMS.contains(&header.alg) {
            return None;
        }
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = match header.kid {
            Some(kid) => keys.find(&kid)?,
            None if keys.keys.len() == 1 => keys.keys.first()?,
            None => return None,
        };
        let mut validation = Validation::new(header.alg);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.set_issuer(&[&self.settings.issuer]);
        validation.set_audience(&[&self.settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        decode(token, &DecodingKey::from_jwk(key).ok()?, &validation).ok().map(|token| token.claims)
    }

    /// The highest scope that the claim has: a text of words, or a list of them.
    fn scope(&self, claims: &Map<String, Value>) -> Option<Scope> {
        let claim = &self.settings.scope_claim;
        let value = claims.get(claim).or_else(|| {
            let mut path = claim.split('.');
            let first = claims.get(path.next()?)?;
            path.try_fold(first, |value, name| value.get(name))
        })?;
        let words: Vec<&str> = match value {
            Value::String(words) => words.split(' ').collect(),
            Value::Array(words) => words.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        words.into_iter().filter_map(|word| Scope::parse(word.strip_prefix("verbatim:").unwrap_or(word))).max()
    }
}

fn parse(jwks: &str) -> Result<JwkSet, BadJwks> {
    let set: JwkSet = serde_json::from_str(jwks).map_err(|error| BadJwks(error.to_string()))?;
    if set.keys.is_empty() { Err(BadJwks("it is empty".to_owned())) } else { Ok(set) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::jwk::Jwk;
    use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp};
    use serde_json::json;

    /// An Ed25519 key that only this test knows.
    const KEY: &[u8] = b"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIMIqlTEh9qO6HbyFrWY6NYUjmDF/KiWQMhKYrh92UeHt\n-----END PRIVATE KEY-----\n";

    fn issuer(scope_claim: &str) -> Issuer {
        let settings = JwtSettings {
            issuer: "https://id.example".to_owned(),
            audience: "verbatim".to_owned(),
            scope_claim: scope_claim.to_owned(),
        };
        let mut key = Jwk::from_encoding_key(&EncodingKey::from_ed_pem(KEY).unwrap(), Algorithm::EdDSA).unwrap();
        key.common.key_id = Some("one".to_owned());
        let issuer = Issuer::new(settings);
        issuer.replace_keys(&json!({"keys": [key]}).to_string()).unwrap();
        issuer
    }

    fn claims(changes: Value) -> Value {
        let mut claims = json!({"iss": "https://id.example", "aud": "verbatim", "sub": "awa",
            "exp": get_current_timestamp() + 60, "scope": "openid write"});
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        claims
    }

    fn token(claims: &Value) -> String {
        let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::EdDSA) };
        encode(&header, claims, &EncodingKey::from_ed_pem(KEY).unwrap()).unwrap()
    }

    #[test]
    fn a_token_names_its_subject_and_the_highest_of_its_scopes() {
        let read =
            |claim: &str, changes: Value| issuer(claim).caller(&token(&claims(changes))).map(|caller| caller.scope);
        let caller = issuer("scope").caller(&token(&claims(json!({})))).unwrap();
        assert_eq!((caller.name(), caller.scope), (Some("jwt:awa"), Scope::Write));
        assert_eq!(read("roles", json!({"roles": ["verbatim:read", "verbatim:review", "x"]})), Ok(Scope::Review));
        assert_eq!(read("realm.roles", json!({"realm": {"roles": ["admin"]}})), Ok(Scope::Admin));
        assert_eq!(read("a.b", json!({"a.b": "read"})), Ok(Scope::Read));
        assert_eq!(read("roles", json!({})), Err(AuthError::NoScope));
        assert_eq!(read("scope", json!({"scope": "openid"})), Err(AuthError::NoScope));
    }

    #[test]
    fn a_token_of_another_issuer_audience_time_or_signature_is_refused() {
        let issuer = issuer("scope");
        let now = get_current_timestamp();
        for changes in [
            json!({"iss": "https://evil.example"}),
            json!({"iss": null}),
            json!({"aud": "other"}),
            json!({"aud": null}),
            json!({"exp": now - 60}),
            json!({"exp": null}),
            json!({"nbf": now + 60}),
            json!({"sub": ""}),
            json!({"sub": null}),
            json!({"sub": "x".repeat(MAX_SUBJECT + 1)}),
        ] {
            assert_eq!(issuer.caller(&token(&claims(changes.clone()))), Err(AuthError::InvalidToken), "{changes}");
        }
        let good = token(&claims(json!({})));
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let (header, payload) = signed.split_once('.').unwrap();
        let none = "eyJhbGciOiJub25lIn0";
        for bad in [
            format!("{signed}."),
            format!("{none}.{payload}."),
            format!("{none}.{payload}.{signature}"),
            format!("{header}.e30.{signature}"),
        ] {
            assert_eq!(issuer.caller(&bad), Err(AuthError::InvalidToken), "{bad}");
        }
        let secret = EncodingKey::from_secret(b"vbt").unwrap();
        let symmetric = encode(&Header::new(Algorithm::HS256), &claims(json!({})), &secret).unwrap();
        assert_eq!(issuer.caller(&symmetric), Err(AuthError::InvalidToken));
        let other = Header { kid: Some("two".to_owned()), ..Header::new(Algorithm::EdDSA) };
        let other = encode(&other, &claims(json!({})), &EncodingKey::from_ed_pem(KEY).unwrap()).unwrap();
        assert_eq!(issuer.caller(&other), Err(AuthError::InvalidToken));
    }
}
