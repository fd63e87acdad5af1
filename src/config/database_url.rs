//! The URL of a database, which may contain a password.

use percent_encoding::percent_decode_str;
use std::fmt;

/// A URL that libpq parses without an error: its errors quote parts of the URL, and with them possibly the password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

/// Why a URL is refused. Repeats nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseUrlError {
    #[error("must begin with postgres:// or postgresql://")]
    Scheme,
    #[error("has a space or a control character; a space in a password is written %20")]
    Space,
    #[error("has a % that two hexadecimal digits do not follow, or %00; a % in a password is written %25")]
    Percent,
    #[error("has a port that is no number from 1 to 65535; an @, : or / in a password is written %40, %3A or %2F")]
    Port,
    #[error("has more than one @; an @ in a password is written %40")]
    At,
    #[error("has an IPv6 address without its closing bracket")]
    Bracket,
    #[error("has parameters that are not name=value, joined by &")]
    Parameters,
}

impl DatabaseUrl {
    /// Checks the syntax, without connecting.
    ///
    /// # Errors
    /// When libpq would refuse it.
    pub fn parse(text: &str) -> Result<Self, DatabaseUrlError> {
        let rest = ["postgres://", "postgresql://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        let rest = rest.ok_or(DatabaseUrlError::Scheme)?;
        if rest.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(DatabaseUrlError::Space);
        }
        check_percents(rest)?;
        let (rest, parameters) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let authority = rest.split_once('/').map_or(rest, |(authority, _)| authority);
        if rest.matches('@').count() > 1 {
            return Err(DatabaseUrlError::At);
        }
        let hosts = authority.split_once('@').map_or(authority, |(_, hosts)| hosts);
        hosts.split(',').try_for_each(check_host)?;
        let is_pair = |pair: &str| pair.split('=').count() == 2 && !pair.starts_with('=');
        if parameters.is_some_and(|parameters| !parameters.split('&').all(is_pair)) {
            return Err(DatabaseUrlError::Parameters);
        }
        Ok(Self(text.to_owned()))
    }

    /// The URL without its password, and the password, for programs whose arguments others can see.
    pub fn split_password(&self) -> (String, Option<String>) {
        let mut password = None;
        let mut decoded = |text: &str| password = Some(percent_decode_str(text).decode_utf8_lossy().into_owned());
        let (address, parameters) = self.0.split_once('?').map_or((&*self.0, None), |(url, query)| (url, Some(query)));
        let mut url = match address.split_once("://").zip(address.rsplit_once('@')) {
            Some(((scheme, _), (before, hosts))) => {
                let user = before.split_once("://").map_or(before, |(_, user)| user);
                let user = user.split_once(':').map_or(user, |(user, password)| {
                    decoded(password);
                    user
                });
                format!("{scheme}://{user}@{hosts}")
            }
            None => address.to_owned(),
        };
        let is_password = |pair: &&str| pair.starts_with("password=");
        let (secret, kept): (Vec<&str>, Vec<&str>) =
            parameters.into_iter().flat_map(|all| all.split('&')).partition(is_password);
        if let Some(secret) = secret.last().and_then(|pair| pair.split_once('=')) {
            decoded(secret.1);
        }
        if !kept.is_empty() {
            url += &format!("?{}", kept.join("&"));
        }
        (url, password)
    }

    /// The URL itself, for libpq only: never print it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(hidden)")
    }
}

fn check_percents(text: &str) -> Result<(), DatabaseUrlError> {
    let is_code = |piece: &str| {
        let code = piece.as_bytes().get(..2);
        code.is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit) && code != b"00")
    };
    if text.split('%').skip(1).all(is_code) { Ok(()) } else { Err(DatabaseUrlError::Percent) }
}

/// Accepts a name, an IPv4 address, an IPv6 address in brackets, or nothing, each with or without a port.
fn check_host(host: &str) -> Result<(), DatabaseUrlError> {
    let port = match host.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']').ok_or(DatabaseUrlError::Bracket)?;
            if address.is_empty() || !(after.is_empty() || after.starts_with(':')) {
                return Err(DatabaseUrlError::Bracket);
            }
            after.strip_prefix(':')
        }
        None => host.split_once(':').map(|(_, port)| port),
    };
    match port {
        Some(port) if !port.is_empty() && !port.parse::<u16>().is_ok_and(|port| port > 0) => {
            Err(DatabaseUrlError::Port)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_that_libpq_parses_are_accepted() {
        for good in [
            "postgres://localhost/db",
            "postgresql://user:pass%40word@host:5433/db?sslmode=require&connect_timeout=2",
            "postgres://u@h1:5432,h2:5433/db?target_session_attrs=read-write",
            "postgres:///verbatim?host=%2Fvar%2Frun%2Fpostgresql",
            "postgres://[::1]:5432/db",
            "postgres://",
        ] {
            assert_eq!(DatabaseUrl::parse(good).unwrap().expose(), good);
        }
    }

    #[test]
    fn urls_that_libpq_would_quote_in_an_error_are_refused() {
        use DatabaseUrlError::*;
        for (bad, why) in [
            ("mysql://u:secret@h/db", Scheme),
            ("host=h password=secret", Scheme),
            ("postgres://u: secret@h/db", Space),
            ("postgres://u:sec ret@h/db", Space),
            ("postgres://u:secret\t@h/db", Space),
            ("postgres://u:sec\u{a0}ret@h/db", Space),
            ("postgres://u:se%cret@h/db", Percent),
            ("postgres://u:se%00cret@h/db", Percent),
            ("postgres://u:sec/ret@h/db", Port),
            ("postgres://u:sec@ret@h/db", At),
            ("postgres://u:secret@[::1/db", Bracket),
            ("postgres://u:secret@h:port/db", Port),
            ("postgres://u:secret@h/db?sslmode", Parameters),
        ] {
            assert_eq!(DatabaseUrl::parse(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn the_password_is_taken_out() {
        let split = |url: &str| DatabaseUrl::parse(url).unwrap().split_password();
        for (url, expected, password) in [
            (
                "postgres://u:a%40b%20c@h:1,h2/db?sslmode=require",
                "postgres://u@h:1,h2/db?sslmode=require",
                Some("a@b c"),
            ),
            ("postgres:///db?host=%2Frun&password=s%26&user=u", "postgres:///db?host=%2Frun&user=u", Some("s&")),
            ("postgres://h/db?password=s", "postgres://h/db", Some("s")),
            ("postgres://u@h/db", "postgres://u@h/db", None),
            ("postgres:///db?host=%2Frun", "postgres:///db?host=%2Frun", None),
        ] {
            assert_eq!(split(url), (expected.to_owned(), password.map(str::to_owned)), "{url}");
        }
    }

    #[test]
    fn debug_hides_it() {
        let url = DatabaseUrl::parse("postgres://u:secret@h/db").unwrap();
        assert_eq!(format!("{url:?}"), "DatabaseUrl(hidden)");
    }
}
