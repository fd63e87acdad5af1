//! `verbatim openapi`: prints the OpenAPI document, or compares it with a file.

use super::outcome::Outcome;
use crate::http;
use clap::Args;
use std::fs;
use std::path::PathBuf;

/// The committed document, from the root of the repository.
const COMMITTED: &str = "openapi/openapi.json";

#[derive(Args)]
pub(super) struct OpenapiSettings {
    /// Compare the document with a file, and fail when they differ
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = COMMITTED)]
    check: Option<PathBuf>,

    /// Version of OpenAPI: 3.1, or 3.0 for generators that cannot read it
    #[arg(long, value_name = "VERSION", default_value = "3.1", value_parser = ["3.0", "3.1"])]
    openapi_version: String,
}

pub(super) fn run(settings: &OpenapiSettings) -> Outcome {
    let document = match settings.openapi_version.as_str() {
        "3.0" => http::openapi::document_text_3_0(),
        _ => http::openapi::document_text(),
    };
    let Some(path) = &settings.check else {
        print!("{document}");
        return Ok(());
    };
    let committed = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    if committed == document {
        return Ok(());
    }
    Err(format!("{0} is not the document of this build; update it: cargo run -- openapi > {0}", path.display()).into())
}
