//! Codes of the fields of `spec`.

super::codes! { FIELD:
    UNKNOWN_FIELD = 301, "an unknown field",
        "A misspelt field would otherwise be left unmanaged without a word.",
        "Correct the name. A field that Okta has and idpctl does not know yet can be set through `spec.additionalFields`.";
    WRONG_TYPE = 302, "a value of the wrong type",
        "The server would refuse the value, or read something else into it.",
        "Write a value of the type that the message names; quote what is meant as a text.";
    UNKNOWN_VALUE = 303, "a value that the field cannot have",
        "The field has a fixed set of values.",
        "Choose one of those that the message lists; upper and lower case count.";
    OUT_OF_BOUNDS = 304, "a value that is too short, too long or out of range",
        "The server would refuse the value.",
        "Keep to the bounds that the message names.";
    NULL_UNKNOWN = 305, "a null where its meaning is not known",
        "`null` clears a field at the server; for this one it is not known what the server would have then, so no plan could become empty.",
        "Say the value that the field should have, or take it out to leave it alone.";
    MISSING_FIELD = 306, "a required field is missing",
        "The document says too little for the object to be made or found.",
        "Add the field.";
    KNOWN_ADDITIONAL = 307, "a known field below `additionalFields`",
        "`additionalFields` is for what the schema does not know; a known field there would escape its checks.",
        "Set the field in its own place in `spec`.";
    SECRET_IN_MANIFEST = 308, "a secret in a manifest",
        "What is committed to git stays there for everybody who can read the repository.",
        "Refer to an environment variable or a file instead: `{name: \"2026-09\", env: IDPCTL_…}`. Treat a secret that was committed as leaked.";
    NOT_EXACTLY_ONE = 309, "not exactly one of several members",
        "The members are different ways of saying the same thing.",
        "Keep exactly one of them.";
    READ_ONLY_FIELD = 310, "a field that only the server sets",
        "The server ignores the field, so a plan with it could never become empty.",
        "Take the field out.";
    RESERVED_PROFILE = 311, "the entry of `profile` that is idpctl's own",
        "idpctl writes there whose the app is.",
        "Take the entry out.";
}
