//! The settings of who may do what.

use super::parser::SettingsParser;
use crate::auth::{Anonymous, Digest, JwtSettings, LimitSettings, MIN_SECRET, digest};
use crate::domain::Scope;
use crate::domain::network::Network;
use crate::jwks::JwksSource;
use crate::tls::TlsFiles;
use clap::Args;
use clap::builder::FalseyValueParser;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

/// The settings of who may do what.
#[derive(Debug, Args)]
#[command(next_help_heading = "Access")]
pub struct AccessSettings {
    /// A key with the scope `admin`, at least 32 characters; other keys are created with it
    #[arg(long, env = "VERBATIM_ADMIN_KEY", value_name = "KEY", hide_env_values = true)]
    admin_key: Option<String>,

    /// File with the admin key
    #[arg(long, env = "VERBATIM_ADMIN_KEY_FILE", value_name = "FILE")]
    admin_key_file: Option<String>,

    /// What callers without a key may do: `none`, `read` or `all`; by default `none`, but `all` on a loopback address while
    /// there is no key
    #[arg(long, env = "VERBATIM_ALLOW_ANONYMOUS", value_name = "WHAT")]
    allow_anonymous: Option<String>,

    /// Let everybody read `/metrics`, which otherwise needs a key like the records
    #[arg(long, env = "VERBATIM_OPEN_METRICS", value_parser = FalseyValueParser::new())]
    open_metrics: bool,

    /// Cost per second that a key may use, ten times as much at once; 0 for no limit
    #[arg(long, env = "VERBATIM_RATE_LIMIT", value_name = "COST", default_value = "1000")]
    rate_limit: String,

    /// The same for an address without a key; addresses of this machine have no limit
    #[arg(long, env = "VERBATIM_ADDRESS_RATE_LIMIT", value_name = "COST", default_value = "100")]
    address_rate_limit: String,

    /// Requests of one key or address at the same time; 0 for no limit
    #[arg(long, env = "VERBATIM_MAX_CONCURRENT", value_name = "COUNT", default_value = "128")]
    max_concurrent: String,

    /// Reverse proxies whose `Forwarded` and `X-Forwarded-For` are trusted, as addresses or networks; repeat, or separate with
    /// commas
    #[arg(long, env = "VERBATIM_TRUSTED_PROXIES", value_name = "NETWORK", value_delimiter = ',')]
    trusted_proxy: Vec<String>,

    /// File that writes and refused requests are appended to, as one JSON object a line
    #[arg(long, env = "VERBATIM_AUDIT_LOG", value_name = "FILE")]
    audit_log: Option<String>,

    /// File or https URL with the public keys (JWKS) of an issuer whose tokens (JWT) are accepted like keys; read again when
    /// they change
    #[arg(long, env = "VERBATIM_JWT_JWKS", value_name = "FILE or URL")]
    jwt_jwks: Option<String>,

    /// The `iss` that a token must have
    #[arg(long, env = "VERBATIM_JWT_ISSUER", value_name = "ISSUER")]
    jwt_issuer: Option<String>,

    /// The `aud` that a token must have
    #[arg(long, env = "VERBATIM_JWT_AUDIENCE", value_name = "AUDIENCE")]
    jwt_audience: Option<String>,

    /// Claim with the scopes of a token, a text of words or a list; a dot leads into an object: `realm_access.roles`
    #[arg(long, env = "VERBATIM_JWT_SCOPE_CLAIM", value_name = "CLAIM", default_value = "scope")]
    jwt_scope_claim: String,

    /// File with the certificate for TLS in PEM, followed by those of its authorities; read again when it changes
    #[arg(long, env = "VERBATIM_TLS_CERT", value_name = "FILE")]
    tls_cert: Option<String>,

    /// File with the private key of the certificate in PEM
    #[arg(long, env = "VERBATIM_TLS_KEY", value_name = "FILE")]
    tls_key: Option<String>,
}

/// Who may do what.
#[derive(Debug, Clone)]
pub struct AccessConfig {
    /// The digest of the admin key.
    pub admin_key: Option<AdminKey>,
    pub anonymous: Anonymous,
    /// Whether everybody may read the metrics.
    pub open_metrics: bool,
    pub limits: LimitSettings,
    pub trusted_proxies: Vec<Network>,
    pub audit_log: Option<PathBuf>,
    pub jwt: Option<JwtConfig>,
    /// Without them the service speaks plain HTTP.
    pub tls: Option<TlsFiles>,
}

/// A trusted issuer of tokens.
#[derive(Debug, Clone)]
pub struct JwtConfig {
    /// Where its public keys are.
    pub jwks: JwksSource,
    pub settings: JwtSettings,
}

impl Default for AccessConfig {
    /// As on a loopback address without settings.
    fn default() -> Self {
        Self {
            admin_key: None,
            anonymous: Anonymous::UntilKeysExist,
            open_metrics: false,
            limits: LimitSettings::default(),
            trusted_proxies: Vec::new(),
            audit_log: None,
            jwt: None,
            tls: None,
        }
    }
}

/// The admin key of the settings.
#[derive(Clone)]
pub struct AdminKey(String);

impl AdminKey {
    /// A key of at least [`MIN_SECRET`] characters; `None` when it is shorter or cannot be sent as it is.
    pub fn parse(text: &str) -> Option<Self> {
        let is_sendable = text.bytes().all(|byte| byte.is_ascii_graphic());
        (text.len() >= MIN_SECRET && is_sendable).then(|| Self(text.to_owned()))
    }

    /// The key itself: never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The digest of the key.
    pub fn digest(&self) -> Digest {
        digest(&self.0)
    }
}

impl std::fmt::Debug for AdminKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AdminKey(hidden)")
    }
}

impl AccessSettings {
    pub(super) fn parse_with(&self, parser: &mut SettingsParser, listen: Option<SocketAddr>) -> Option<AccessConfig> {
        let limits = [
            ("rate_limit", &self.rate_limit),
            ("address_rate_limit", &self.address_rate_limit),
            ("max_concurrent", &self.max_concurrent),
        ]
        .map(|(id, given)| parser.number(id, Some(given), 0..=65_535));
        let trusted_proxies = parser.networks("trusted_proxy", &self.trusted_proxy);
        let audit_log = parser.text("audit_log", self.audit_log.as_deref()).map(PathBuf::from);
        let (jwt, tls, admin_key) = (self.jwt(parser), self.tls(parser), self.admin_key(parser));
        // A wrong one is reported already.
        let has_key = !matches!((&admin_key, &jwt), (Some(None), Some(None)));
        let anonymous = self.anonymous(parser, listen, has_key);
        let [per_key, per_address, concurrent] =
            limits.map(|limit| limit.map(|limit| NonZeroU32::new(limit.unwrap_or_default().into())));
        Some(AccessConfig {
            admin_key: admin_key?,
            anonymous: anonymous?,
            open_metrics: self.open_metrics,
            limits: LimitSettings { per_key: per_key?, per_address: per_address?, concurrent: concurrent? },
            trusted_proxies,
            audit_log,
            jwt: jwt?,
            tls: tls?,
        })
    }

    fn anonymous(&self, parser: &mut SettingsParser, listen: Option<SocketAddr>, has_key: bool) -> Option<Anonymous> {
        match parser.text("allow_anonymous", self.allow_anonymous.as_deref()).map(str::to_owned).as_deref() {
            Some("none") => Some(Anonymous::Fixed(None)),
            Some("read") => Some(Anonymous::Fixed(Some(Scope::Read))),
            Some("all") => Some(Anonymous::Fixed(Some(Scope::Admin))),
            Some(other) => {
                parser.error("allow_anonymous", &format!("{other:?} must be none, read or all"));
                None
            }
            None if has_key => Some(Anonymous::Fixed(None)),
            None if listen?.ip().is_loopback() => Some(Anonymous::UntilKeysExist),
            None => {
                let (admin_key, anonymous) = (parser.name("admin_key"), parser.name("allow_anonymous"));
                parser.error("listen", &format!("can be reached from other machines: set {admin_key} or {anonymous}"));
                None
            }
        }
    }

    /// `None` is an error, `Some(None)` means not given.
    fn jwt(&self, parser: &mut SettingsParser) -> Option<Option<JwtConfig>> {
        let given = [&self.jwt_jwks, &self.jwt_issuer, &self.jwt_audience];
        let ids = ["jwt_jwks", "jwt_issuer", "jwt_audience"];
        let Some([jwks, issuer, audience]) = all_or_none(parser, ids, given)? else { return Some(None) };
        let scope_claim = parser.text("jwt_scope_claim", Some(&self.jwt_scope_claim))?.to_owned();
        let settings = JwtSettings { issuer, audience, scope_claim };
        let Some(jwks) = JwksSource::parse(&jwks) else {
            parser.error("jwt_jwks", "must be an https URL or a file");
            return None;
        };
        Some(Some(JwtConfig { jwks, settings }))
    }

    /// `None` is an error, `Some(None)` means not given.
    fn tls(&self, parser: &mut SettingsParser) -> Option<Option<TlsFiles>> {
        let files = all_or_none(parser, ["tls_cert", "tls_key"], [&self.tls_cert, &self.tls_key])?;
        Some(files.map(|[certificate, key]| TlsFiles { certificate: certificate.into(), key: key.into() }))
    }

    /// `None` is an error, `Some(None)` means not given.
    fn admin_key(&self, parser: &mut SettingsParser) -> Option<Option<AdminKey>> {
        let files = ("admin_key_file", self.admin_key_file.as_deref());
        let Some(text) = parser.secret(("admin_key", self.admin_key.as_deref()), files)? else { return Some(None) };
        let key = AdminKey::parse(&text);
        if key.is_none() {
            parser.error("admin_key", &format!("must have at least {MIN_SECRET} characters, without spaces"));
        }
        key.map(Some)
    }
}

/// Settings that only make sense together. `None` is an error, `Some(None)` means that none is given.
fn all_or_none<const COUNT: usize>(
    parser: &mut SettingsParser,
    ids: [&str; COUNT],
    given: [&Option<String>; COUNT],
) -> Option<Option<[String; COUNT]>> {
    let mut index = 0;
    let texts = given.map(|given| {
        index += 1;
        parser.text(ids[index - 1], given.as_deref()).map(str::to_owned)
    });
    let (Some(missing), Some(present)) =
        (texts.iter().position(Option::is_none), texts.iter().position(Option::is_some))
    else {
        return Some(texts.iter().all(Option::is_some).then(|| texts.map(Option::unwrap_or_default)));
    };
    let present = parser.name(ids[present]);
    parser.error(ids[missing], &format!("is needed with {present}"));
    None
}
