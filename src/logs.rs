//! Logging to standard error: one line per record, as text or JSON.

use crate::config::{LogConfig, LogFormat};
use chrono::{SecondsFormat, Utc};
use env_logger::fmt::Formatter;
use log::kv::{self, Key, Value, VisitValue};
use log::{LevelFilter, Record};
use serde_json::{Map, json};
use std::io::{self, Write};

/// Starts logging. Later calls do nothing.
pub fn start(config: &LogConfig) {
    let format = match config.format {
        LogFormat::Text => text,
        LogFormat::Json => json,
    };
    // This fails only when a logger is installed already.
    // actix logs a request that is not HTTP as an error of the service.
    let mut builder = env_logger::Builder::new();
    builder.filter_module("actix_http", LevelFilter::Off).filter_module("actix_server", LevelFilter::Warn);
    drop(builder.parse_filters(&config.levels).format(format).try_init());
}

fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// `2026-11-23T10:00:00.000Z INFO  verbatim::server listening on http://127.0.0.1:8080 key=value`
fn text(out: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    let style = out.default_level_style(record.level());
    // Further lines of a record are indented, so that only the first one begins with a time.
    let message = record.args().to_string();
    let message = if message.contains('\n') { message.replace('\n', "\n    ") } else { message };
    write!(out, "{} {style}{:<5}{style:#} {} {message}", now(), record.level(), record.target())?;
    record.key_values().visit(&mut Words(out)).map_err(io::Error::other)?;
    writeln!(out)
}

/// Writes ` key=value`.
struct Words<'a>(&'a mut Formatter);

impl<'kvs> kv::VisitSource<'kvs> for Words<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), kv::Error> {
        match value.to_borrowed_str() {
            Some(word) if is_plain(word) => write!(self.0, " {key}={word}")?,
            _ => {
                let mut read = Json(serde_json::Value::Null);
                value.visit(&mut read)?;
                match read.0 {
                    serde_json::Value::String(word) if is_plain(&word) => write!(self.0, " {key}={word}")?,
                    value => write!(self.0, " {key}={value}")?,
                }
            }
        }
        Ok(())
    }
}

/// `{"time":"2026-11-23T10:00:00.000Z","level":"INFO","target":"verbatim::server","message":"...","key":"value"}`
fn json(out: &mut Formatter, record: &Record<'_>) -> io::Result<()> {
    let mut line = Map::new();
    line.insert("time".to_owned(), json!(now()));
    line.insert("level".to_owned(), json!(record.level().as_str()));
    line.insert("target".to_owned(), json!(record.target()));
    line.insert("message".to_owned(), json!(record.args().to_string()));
    for (key, value) in pairs(record)? {
        line.entry(key).or_insert(value);
    }
    writeln!(out, "{}", serde_json::Value::Object(line))
}

/// Returns whether a value needs no quotation marks.
fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_.:/%~+@".contains(c))
}

/// The keys and values of a record, in order.
fn pairs(record: &Record<'_>) -> io::Result<Vec<(String, serde_json::Value)>> {
    struct Pairs(Vec<(String, serde_json::Value)>);

    impl<'kvs> kv::VisitSource<'kvs> for Pairs {
        fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), kv::Error> {
            let mut read = Json(serde_json::Value::Null);
            value.visit(&mut read)?;
            self.0.push((key.to_string(), read.0));
            Ok(())
        }
    }

    let mut pairs = Pairs(Vec::new());
    record.key_values().visit(&mut pairs).map_err(io::Error::other)?;
    Ok(pairs.0)
}

/// Converts a value to JSON with its type.
struct Json(serde_json::Value);

impl<'v> VisitValue<'v> for Json {
    fn visit_any(&mut self, value: Value<'_>) -> Result<(), kv::Error> {
        self.0 = json!(value.to_string());
        Ok(())
    }

    fn visit_i64(&mut self, value: i64) -> Result<(), kv::Error> {
        self.0 = json!(value);
        Ok(())
    }

    fn visit_u64(&mut self, value: u64) -> Result<(), kv::Error> {
        self.0 = json!(value);
        Ok(())
    }

    fn visit_f64(&mut self, value: f64) -> Result<(), kv::Error> {
        // Durations in milliseconds have three decimals.
        self.0 = json!((value * 1000.0).round() / 1000.0);
        Ok(())
    }

    fn visit_bool(&mut self, value: bool) -> Result<(), kv::Error> {
        self.0 = json!(value);
        Ok(())
    }
}
