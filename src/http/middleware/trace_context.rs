//! W3C Trace Context: the distributed trace that a request belongs to.

use actix_web::http::header::{HeaderMap, HeaderName};
use uuid::Uuid;

/// The header that carries the trace.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// Length of a header of version 00, such as `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`.
const LENGTH: usize = 55;

/// The trace of a request, and the part of it that is this service's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    pub trace_id: String,
    /// Made for this request: the `parent-id` of what follows from it.
    pub span_id: String,
    /// The caller's part of the trace, when the caller began it.
    pub parent_id: Option<String>,
    flags: String,
}

impl TraceContext {
    /// Continues the trace that a request names; `None` when it names none, several, or a malformed one.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut given = headers.get_all(&TRACEPARENT);
        let (Some(only), None) = (given.next(), given.next()) else { return None };
        Self::parse(only.to_str().ok()?)
    }

    /// Begins a trace.
    pub fn start() -> Self {
        Self {
            trace_id: Uuid::new_v4().simple().to_string(),
            span_id: new_span_id(),
            parent_id: None,
            flags: "01".to_owned(),
        }
    }

    /// Whether the caller records the trace.
    pub fn is_sampled(&self) -> bool {
        u8::from_str_radix(&self.flags, 16).is_ok_and(|flags| flags & 1 == 1)
    }

    fn parse(text: &str) -> Option<Self> {
        // A later version may add parts at the end.
        let is_whole = text.len() == LENGTH || (text.get(LENGTH..)?.starts_with('-') && !text.starts_with("00"));
        let mut parts = text.split('-');
        let mut part = |length: usize| {
            parts.next().filter(|part| {
                part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
            })
        };
        let (version, trace_id, parent_id, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
        let is_set = |id: &str| id.bytes().any(|byte| byte != b'0');
        (is_whole && version != "ff" && is_set(trace_id) && is_set(parent_id)).then(|| Self {
            trace_id: trace_id.to_owned(),
            span_id: new_span_id(),
            parent_id: Some(parent_id.to_owned()),
            flags: flags.to_owned(),
        })
    }

    /// The header that names this service's part of the trace.
    pub fn header(&self) -> String {
        format!("00-{}-{}-{}", self.trace_id, self.span_id, self.flags)
    }
}

/// The last half of a UUID of version 7 is random, and never zero.
fn new_span_id() -> String {
    Uuid::now_v7().simple().to_string().split_off(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const PARENT: &str = "b7ad6b7169203331";

    #[test]
    fn a_trace_is_continued_with_a_span_of_its_own() {
        let context = TraceContext::parse(&format!("00-{TRACE}-{PARENT}-01")).unwrap();
        assert_eq!(context.trace_id, TRACE);
        assert_ne!(context.span_id, PARENT);
        let passed_on = TraceContext::parse(&context.header()).unwrap();
        assert_eq!((passed_on.trace_id, passed_on.flags), (TRACE.to_owned(), "01".to_owned()));
        assert!(TraceContext::parse(&format!("cc-{TRACE}-{PARENT}-00-later")).is_some());
    }

    #[test]
    fn a_malformed_trace_is_ignored() {
        for text in [
            "",
            "00",
            &format!("00-{TRACE}-{PARENT}"),
            &format!("00-{TRACE}-{PARENT}-01-more"),
            &format!("00-{TRACE}-{PARENT}-01 "),
            &format!("cc-{TRACE}-{PARENT}-01more"),
            &format!("ff-{TRACE}-{PARENT}-01"),
            &format!("00-{}-{PARENT}-01", TRACE.to_uppercase()),
            &format!("00-{}-{PARENT}-01", "0".repeat(32)),
            &format!("00-{TRACE}-{}-01", "0".repeat(16)),
            &format!("00-{TRACE}é-{PARENT}-1"),
        ] {
            assert_eq!(TraceContext::parse(text), None, "{text}");
        }
    }
}
