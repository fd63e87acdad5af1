//! Encodings other than UTF-8.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8};
use encoding_rs_io::DecodeReaderBytesBuilder;
use std::io::Read;

/// Detects the encoding of a file: that of its byte order mark, UTF-8, the one in its XML declaration, or the likeliest.
pub fn detect(sample: &[u8]) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(sample) {
        return encoding;
    }
    // The sample may end inside a character.
    match std::str::from_utf8(sample) {
        Ok(_) => return UTF_8,
        Err(error) if error.error_len().is_none() => return UTF_8,
        Err(_) => {}
    }
    declared(sample).unwrap_or_else(|| {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
        detector.feed(sample, true);
        detector.guess(None, Utf8Detection::Allow)
    })
}

/// The encoding in the declaration of XML.
fn declared(sample: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(sample.get(..200).unwrap_or(sample));
    let declaration = head.trim_start().strip_prefix("<?xml")?.split("?>").next()?.to_owned();
    let label = declaration.split("encoding=").nth(1)?.trim_start_matches(['"', '\'']);
    Encoding::for_label(label.split(['"', '\'']).next()?.as_bytes())
}

/// Reads text in an encoding as UTF-8.
pub fn to_utf8(encoding: &'static Encoding, reader: impl Read + 'static) -> Box<dyn Read> {
    match encoding == UTF_8 {
        // Invalid UTF-8 is an error of the record that contains it.
        true => Box::new(reader),
        false => Box::new(DecodeReaderBytesBuilder::new().encoding(Some(encoding)).build(reader)),
    }
}
