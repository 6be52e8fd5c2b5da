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
}
