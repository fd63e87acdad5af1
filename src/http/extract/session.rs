//! The session of a browser: a cookie that holds an API key, and the token that forms prove it with.
//!
//! The service keeps no sessions: a key that is revoked ends them. Browsers send the cookie only from pages of this service
//! (`SameSite=Strict`) and show it to no script (`HttpOnly`).

use crate::http::context::public_path;
use crate::http::respond::problem::Problem;
use crate::http::wire::problem::Code;
use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const COOKIE: &str = "verbatim_session";
/// How long a browser keeps the cookie: a working day.
const MAX_AGE_SECONDS: u32 = 12 * 3600;
/// The longest key that fits in a cookie with its name.
const MAX_KEY: usize = 2_900;

/// The key in the cookie of a request.
pub fn key(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(|line| line.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    let (_, value) = cookies.find(|(name, _)| *name == COOKIE)?;
    String::from_utf8(BASE64URL_NOPAD.decode(value.as_bytes()).ok()?).ok()
}

/// The value of `Set-Cookie` that begins a session with a key, or ends it.
///
/// # Errors
/// A key that does not fit in a cookie.
pub fn set_cookie(request: &HttpRequest, key: Option<&str>) -> Result<HeaderValue, Problem> {
    if key.is_some_and(|key| key.len() > MAX_KEY) {
        return Err(Problem::new(Code::MalformedBody, "this key is too long for a session"));
    }
    let (value, age) = key.map_or((String::new(), 0), |key| (BASE64URL_NOPAD.encode(key.as_bytes()), MAX_AGE_SECONDS));
    let secure = if request.connection_info().scheme() == "https" { "; Secure" } else { "" };
    let path = public_path("/");
    let cookie = format!("{COOKIE}={value}; Path={path}; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&cookie).map_err(|_| Problem::unexpected("a cookie is not a header"))
}

/// The token of the forms of this session. Another site cannot know it, as it is made of the key. Without a session it is a
/// constant: then only the check of `Origin` protects forms.
pub fn form_token(headers: &HeaderMap) -> String {
    let digest = Sha256::digest(format!("form of a verbatim session\n{}", key(headers).unwrap_or_default()));
    HEXLOWER.encode(&digest[..16])
}

/// Refuses a form that is not of this session.
///
/// # Errors
/// 403.
pub fn check_form(request: &HttpRequest, token: &str) -> Result<(), Problem> {
    match token.as_bytes().ct_eq(form_token(request.headers()).as_bytes()).into() {
        true => Ok(()),
        false => Err(Problem::new(Code::CrossSite, "this form is of another session: load the page again")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn the_key_is_read_from_the_cookie_that_was_set() {
        let request = TestRequest::default().to_http_request();
        let cookie = set_cookie(&request, Some("a key = with; anything")).unwrap();
        let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        let request = TestRequest::default().insert_header(("cookie", format!("other=1; {pair}"))).to_http_request();
        assert_eq!(key(request.headers()).as_deref(), Some("a key = with; anything"));
        assert_eq!(
            key(TestRequest::default().insert_header(("cookie", "verbatim_session=?")).to_http_request().headers()),
            None
        );
        assert!(set_cookie(&request, Some(&"k".repeat(3000))).is_err());
    }
}
