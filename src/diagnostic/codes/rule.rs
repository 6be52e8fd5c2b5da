//! Codes of checks across fields and documents.

super::codes! { RULE:
}
