//! The functions that the fuzz targets run, which are those of the property tests in `tests/laws`.

#[expect(dead_code, reason = "some of it is for the property tests alone")]
#[path = "../../tests/laws/arbitrary/mod.rs"]
mod arbitrary;

/// Takes bytes as a manifest.
pub fn manifest(data: &[u8]) {
    arbitrary::manifest::run(data);
}

/// Takes bytes as a declared and a live tree.
pub fn walker(data: &[u8]) {
    arbitrary::walker::run(data);
}

/// Takes bytes as a saved plan.
pub fn plan_file(data: &[u8]) {
    arbitrary::plan_file::run(data);
}

/// Takes bytes as the headers of answers.
pub fn rate_headers(data: &[u8]) {
    arbitrary::rate_headers::run(data);
}

/// Takes bytes as the answers of an org.
pub fn answers(data: &[u8]) {
    arbitrary::answers::run(data);
}
