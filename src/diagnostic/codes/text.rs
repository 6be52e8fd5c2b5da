//! Codes of the reader: files and YAML text.

super::codes! { TEXT:
    SYNTAX = 101, "text that is not YAML",
        "The file cannot be taken apart here, so what stands in this document was not checked. Other documents of the file were.",
        "Look at the marked place and just above it: indentation, a missing colon, an open quote or bracket.";
    FILE_TOO_LARGE = 102, "a file larger than 1 MiB",
        "Manifests come from pull requests; a limit keeps a hostile one from using up memory.",
        "Split the file: any number of files may lie below the manifests folder.";
    DUPLICATE_KEY = 103, "a key is given twice",
        "YAML readers disagree about which of the two counts, so a reviewer cannot know either.",
        "Remove one of the two.";
    NOT_UTF8 = 104, "a file that is not UTF-8",
        "Manifests are text in UTF-8, the only encoding that every tool on the way agrees about.",
        "Save the file as UTF-8.";
    CONTROL_CHARACTER = 105, "a character that has no place in a manifest",
        "NUL, escape characters and a lone carriage return are read differently by different tools, or hide text from a reviewer.",
        "Remove the character, or write it as an escape in a double-quoted text.";
    ANCHOR = 106, "an anchor",
        "Anchors and aliases make what a document says depend on text far away, and can be used to blow it up in memory.",
        "Write the value out. A value that many documents share can be a variable: `${var.NAME}`.";
    ALIAS = 107, "an alias",
        "Anchors and aliases make what a document says depend on text far away, and can be used to blow it up in memory.",
        "Write the value out. A value that many documents share can be a variable: `${var.NAME}`.";
    MERGE_KEY = 108, "a merge key",
        "`<<` is not part of YAML 1.2: some readers merge, others ignore it without a word.",
        "Write the merged fields out.";
    TAG = 109, "a tag",
        "Tags such as `!!str` change what a value is, and some readers run code for them.",
        "Remove the tag. Quote a value to make it a text.";
    KEY_NOT_TEXT = 110, "a key that is not a text",
        "Every field name is a text; YAML would read this one as a number, a boolean, null or a collection.",
        "Quote the key.";
    AMBIGUOUS = 111, "a text that other readers take for a boolean",
        "YAML 1.1 reads `yes`, `no`, `on` and `off` as booleans, YAML 1.2 as texts. Here it is a text.",
        "Quote it if a text is meant; write `true` or `false` if not.";
    NOT_A_NUMBER = 112, "an infinite or undefined number",
        "JSON, which the APIs speak, has no infinity and no NaN.",
        "Write the number that is meant, or quote it if it is a text.";
    NUMBER_FORM = 113, "a number in a form that readers disagree about",
        "`030` is 24 for one reader, 30 for another and a text for a third; the same goes for `0x1f`, `+5`, `.5`.",
        "Write a plain decimal number, or quote it if it is a text.";
    NUMBER_TOO_LARGE = 114, "a number that is too large",
        "The number does not fit into 64 bits, so it would lose digits on the way.",
        "Quote it if it is a text, for example an identifier.";
    TOO_DEEP = 115, "a document nested deeper than 32 levels",
        "No manifest needs that, and reading on would use up memory. The document was not checked further.",
        "Look for a bracket or an indentation that is not meant.";
    TOO_MANY_NODES = 116, "a document of more than 50,000 values",
        "No manifest needs that, and reading on would use up memory. The document was not checked further.",
        "Split the document.";
    DIRECTIVE = 117, "a YAML directive",
        "`%YAML` and `%TAG` change how the text below is read.",
        "Remove the line.";
    PATH_MISSING = 130, "a path that is not there",
        "Reading nothing where something was named would look like a manifest that was deleted.",
        "Correct the path, or make the folder.";
    UNREADABLE = 131, "a file that cannot be read",
        "The operating system refused, or the path is neither a file nor a folder.",
        "Check its permissions.";
    LINK_OUTSIDE = 132, "a link that leads out of the repository",
        "Manifests come from pull requests, and must not be able to have other files of the machine read.",
        "Put the file itself into the repository.";
    LINK_LOOP = 133, "a link that leads back to a folder above it",
        "Following it would never end.",
        "Remove the link.";
    NO_DOCUMENTS = 134, "no document was found",
        "An empty set of manifests is far more often a wrong path than a wish.",
        "Check `--file`, or `manifests` in idpctl.yaml; files end in `.yaml` or `.yml`.";
}
