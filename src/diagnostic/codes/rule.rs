//! Codes of checks across fields and documents.

super::codes! { RULE:
    GRANT_TYPE = 501, "a grant type that this sort of application cannot have",
        "Each `application_type` allows certain grant types and requires others; Okta refuses the rest.",
        "Choose the grant types that the message lists, or another `application_type`.";
}
