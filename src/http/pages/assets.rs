//! The files that pages load: compiled into the binary, and kept by browsers until their content changes.

use crate::http::context::public_path;
use crate::http::respond::problem::Problem;
use crate::http::wire::problem::Code;
use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use serde::Deserialize;
use twox_hash::XxHash3_64;
use utoipa::IntoParams;

/// A file of the pages.
pub struct Asset {
    name: &'static str,
    media_type: &'static str,
    content: &'static [u8],
}

pub const STYLE: Asset =
    Asset { name: "style.css", media_type: "text/css; charset=utf-8", content: include_bytes!("assets/style.css") };
pub const ICON: Asset =
    Asset { name: "icon.svg", media_type: "image/svg+xml", content: include_bytes!("assets/icon.svg") };

pub const REVIEW_SCRIPT: Asset = Asset {
    name: "review.js",
    media_type: "text/javascript; charset=utf-8",
    content: include_bytes!("assets/review.js"),
};

const ALL: [&Asset; 3] = [&STYLE, &ICON, &REVIEW_SCRIPT];

impl Asset {
    /// Its path, which changes with its content.
    pub fn href(&self) -> String {
        public_path(&format!("/assets/{}?v={}", self.name, self.digest()))
    }

    fn digest(&self) -> String {
        format!("{:016x}", XxHash3_64::oneshot(self.content))
    }
}

/// A file, and the digest of its content.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct AssetPath {
    #[param(max_length = 50)]
    file: String,
}

/// The version of a file.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "describes a parameter that only tells caches one file from the next")]
pub struct AssetVersion {
    #[param(max_length = 16)]
    v: Option<String>,
}

/// Reads a file of the pages.
#[utoipa::path(tag = "pages", security(()), params(AssetPath, AssetVersion), responses((status = 200, description = "The file")))]
#[get("/assets/{file}")]
pub async fn read_asset(path: web::Path<AssetPath>) -> Result<HttpResponse, Problem> {
    let asset = ALL.into_iter().find(|asset| asset.name == path.file);
    let asset = asset.ok_or_else(|| Problem::new(Code::NoSuchRoute, "there is no such file"))?;
    let response = HttpResponse::Ok()
        .content_type(asset.media_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.content);
    Ok(response)
}
