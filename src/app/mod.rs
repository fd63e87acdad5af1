//! Use cases that combine the store, the extractor, the CPU pool and the cache.

pub mod annotator;
pub mod article_batcher;
pub mod change_feed;
pub mod cpu_pool;
pub mod embed;
pub mod importer;
pub mod keys;
pub mod public_network;
pub mod quote_page_loader;
pub mod response_cache;
pub mod text_analysis;
pub mod webhook_deliverer;
pub mod webhook_sender;
