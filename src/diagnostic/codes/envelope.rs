//! Codes of the envelope and of the project file.

super::codes! { ENVELOPE:
    NOT_A_MAPPING = 201, "a document that is not a mapping",
        "A document has the members `apiVersion`, `kind`, `metadata` and `spec`.",
        "Start from an example below manifests/, or from `idpctl explain App`.";
    UNKNOWN_TOP_KEY = 202, "an unknown key at the top of a document",
        "Only `apiVersion`, `kind`, `metadata` and `spec` are known; anything else would be ignored without a word.",
        "Correct the key, or move it into `spec`.";
    API_VERSION = 203, "an `apiVersion` that is missing or unknown",
        "It says how the rest of the document is to be read.",
        "Write `apiVersion: idpctl/v1`.";
    KIND = 204, "a `kind` that is missing or unknown",
        "The kind says what the document declares.",
        "Write one of the kinds that `idpctl explain` lists.";
    NAME = 206, "a `metadata.name` that is missing or malformed",
        "The name is the object's identity in git, in plans and in the marker at the server: a DNS label, that is lower-case letters, digits and `-`, at most 63 characters.",
        "Choose a name of that form; it need not be the label that people see.";
    DUPLICATE_NAME = 207, "a name is used twice",
        "A name is unique within its kind: two documents with one name would fight over one object.",
        "Rename one of the documents, or remove it.";
    METADATA = 208, "an unknown or malformed member of `metadata`",
        "`metadata` holds `name`, `id`, `adopt`, `protected`, `prune` and `accept`.",
        "Correct the member; fields of the object itself belong into `spec`.";
    SPEC = 209, "a `spec` that is missing or is not a mapping",
        "What is declared stands in `spec`.",
        "Write `spec:` and the fields below it; `spec: {}` declares an object without managing any field.";
    PROJECT_ELSEWHERE = 210, "a project in a manifest",
        "`kind: Project` is read from idpctl.yaml at the root of the repository and from nowhere else.",
        "Move the document to idpctl.yaml.";
    PATCH_FORM = 211, "a patch that is malformed",
        "A patch of an overlay names a document by `kind` and `metadata.name`, and holds in `patch` the fields that are otherwise, and in `unset` the paths of those that go.",
        "Write `patch:` and the fields below it, as they stand below `spec` of the document.";
    PATCH_OF_NOTHING = 212, "a patch of a document that is not there",
        "An overlay changes documents; one that is misspelt would otherwise change nothing without a word.",
        "Correct the kind or the name.";
    UNSET_OF_NOTHING = 213, "a field to be taken out that is not there",
        "A path that is misspelt would otherwise take nothing out without a word.",
        "Correct the path, or remove it from `unset`.";
    ACCEPT = 214, "an acceptance of no danger, or without a reason",
        "`metadata.accept` names dangers by their codes, each with the reason for which it is accepted; both stand in every report.",
        "Write the code that the finding has, and why it is accepted: `accept: {IDP4401: \"legacy client, gone by March\"}`.";
    PROJECT_DOCUMENT = 220, "a project file that does not hold one project",
        "idpctl.yaml holds exactly one document, of `kind: Project`.",
        "Keep the project in idpctl.yaml and move other documents below manifests/.";
    PROJECT_FIELD = 221, "an unknown, missing or malformed field of the project file",
        "The project file is read as strictly as manifests are.",
        "Correct the field; schemas/project.schema.json describes them all.";
    PROJECT_VALUE = 223, "a value that does not suit the project file",
        "Project and target names are DNS labels, paths stay inside the repository, addresses are https URLs without a path.",
        "Correct the value.";
    TARGET_KIND = 224, "a target that is an emulator and a real org at once",
        "A target says where things are written, and that must be one place.",
        "Keep `emulator`, or `okta` and `tyk_portal`.";
    TARGET_UNKNOWN = 230, "a target that the project does not have",
        "`--target` names one of the targets in idpctl.yaml.",
        "Choose one of those that the message lists.";
    TARGET_CHOICE = 231, "a target has to be chosen",
        "The project has several targets and none is called `default`.",
        "Name one with `--target`.";
    TARGET_EMULATOR = 232, "the emulator was not chosen explicitly",
        "Credentials for a real org are in the environment, so it is not clear which of the two is meant.",
        "Name the target with `--target`, or unset the variables that start with `OKTA_`.";
}
