//! Sends messages to webhooks, signed according to [Standard Webhooks](https://www.standardwebhooks.com).
//!
//! A webhook must not give its creator access to the network of the service (SSRF): see [`public_network`]. Redirects are not
//! followed, and no proxy is used.

use super::public_network;
use crate::domain::network::Network;
use crate::store::webhooks::deliveries::{Attempt, DueDelivery};
use aws_lc_rs::hmac;
use data_encoding::BASE64;
use std::io::Read;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};
use ureq::Agent;
use ureq::config::Config;

/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The most bytes of a response that are read. Only its status matters.
const MAX_ANSWER: u64 = 16 << 10;

/// Sends messages. Cheap to clone.
#[derive(Clone)]
pub struct WebhookSender {
    allowed: Arc<[Network]>,
    agent: Arc<OnceLock<Agent>>,
}

impl WebhookSender {
    /// A sender that may also connect to the `allowed` networks.
    pub fn new(allowed: Vec<Network>) -> Self {
        Self { allowed: allowed.into(), agent: Arc::default() }
    }

    /// Sends a message. Blocks for [`TIMEOUT`] at most.
    pub fn send(&self, due: &DueDelivery) -> Attempt {
        let timestamp = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let id = due.id.to_string();
        let secrets = std::iter::once(&due.secret).chain(&due.previous_secret);
        let signatures: Vec<String> = secrets.map(|secret| signature(secret, &id, timestamp, &due.body)).collect();
        // The root certificates of the system are read when they are first needed.
        let request = self.agent.get_or_init(|| agent(&self.allowed)).post(&due.url);
        let sent = request
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signatures.join(" "))
            .send(due.body.as_str());
        match sent {
            Ok(answer) => {
                let status = answer.status().as_u16();
                // The connection is reused only if the response was read to its end.
                let _ = std::io::copy(&mut answer.into_body().into_reader().take(MAX_ANSWER), &mut std::io::sink());
                Attempt::Answered(status)
            }
            Err(error) => Attempt::Failed(error.to_string()),
        }
    }
}

fn agent(allowed: &Arc<[Network]>) -> Agent {
    let settings = Config::builder()
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(TIMEOUT))
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .max_response_header_size(MAX_ANSWER as usize);
    public_network::agent(settings, Arc::clone(allowed), "--webhook-network")
}

/// `v1,` and the HMAC-SHA256 of the id, the time and the body.
fn signature(secret: &[u8], id: &str, timestamp: u64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signature = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", BASE64.encode(signature.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_in_the_example_of_the_specification() {
        let secret = BASE64.decode(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
