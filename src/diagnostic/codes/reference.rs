//! Codes of variables, secrets and references.

super::codes! { REFERENCE:
    VARIABLE_UNDEFINED = 401, "a variable that is not defined",
        "Variables come from the target's `vars` and from `--var`; an empty text in place of an undefined one would be a silent mistake.",
        "Define it under the target in idpctl.yaml, or with `--var NAME=VALUE`.";
    VARIABLE_FORM = 402, "a malformed variable reference",
        "A variable is written `${var.NAME}`; names are letters, digits and `_`.",
        "Correct the reference; write `$${` for a literal `${`.";
    VARIABLE_SIZE = 403, "variables that make a document larger than 1 MiB",
        "Manifests come from pull requests; a limit keeps a hostile one from using up memory.",
        "Shorten the values of the variables.";
    SECRET_REFERENCE = 410, "a secret reference that is refused",
        "A manifest must not be able to name the pipeline's own credentials, or files outside the repository.",
        "Name a variable that starts with `IDPCTL_`, or a file inside the repository or `--secret-dir`.";
    SECRET_FORM = 411, "a value that cannot be a client secret",
        "Okta takes 14 to 100 printable ASCII characters, and at least 32 for `client_secret_jwt`.",
        "Generate another value. The one that was found is never shown.";
    KEY_FILE = 412, "a file of keys that cannot be used",
        "The file is missing, lies outside the repository, or does not hold a JWK Set.",
        "Write the public keys as `{\"keys\": [...]}` into a file inside the repository.";
    SECRET_OUTPUT = 413, "a file that no secret can be written to",
        "A secret that Okta makes is written to a file below `--secret-dir` and nowhere else, and each client has a file of its own.",
        "Name a file of its own by its path below `--secret-dir`.";
    UNKNOWN_REFERENCE = 420, "a reference to a document that is not there",
        "References are names of documents; an object that no manifest declares is referred to by its id, client_id or label.",
        "Correct the name, or write `{id: ...}`, `{client_id: ...}` or `{label: ...}`.";
    DECLARED_REFERENCE = 421, "a roundabout reference to a declared object",
        "The object is declared by a document; naming it by what it has at the server would go wrong as soon as that changes.",
        "Refer to the document by its name.";
    SET_TWICE = 422, "a field is set in two documents",
        "Several documents may speak of one object, but of each field only one.",
        "Remove the field from one of the two.";
    REFERENCE_UNCLEAR = 423, "a reference that may mean two things",
        "A grant is to an app or to a client. Without a reference it is to the one of its own name, and there is one of each.",
        "Write `app` or `client`, and one of them alone.";
}
