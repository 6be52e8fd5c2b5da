//! Codes of manifests that do not fit the org.

super::codes! { ORG:
    APP_AMBIGUOUS = 601, "several live objects fit where one must",
        "Acting on the wrong one could not be undone, so none is chosen.",
        "Pin the document with `metadata.id`, or declare the `client_id` of an app.";
    APP_MISSING = 602, "a live object that is not there",
        "A document refers to an app by its id, client_id or label, or pins an object with `metadata.id`, and the org has no such one.",
        "Correct the reference, check which org the credentials belong to, or declare the object.";
    APP_TWICE = 603, "two documents mean one live object",
        "One live object belongs to at most one document; two would undo each other's changes.",
        "Merge the documents, or pin each to its own object with `metadata.id`.";
    NO_SLOT = 604, "no room for another secret",
        "Okta keeps two secrets a client, and both places are taken by secrets that stay.",
        "Retire one of the live secrets: declare it INACTIVE, or let `--prune` remove it.";
    POLICY_UNCLEAR = 605, "an access policy that is not there, or is there twice",
        "Access policies are referred to by name, and names need not be unique.",
        "Correct the name, or refer to the policy by its id.";
    CANNOT_CREATE = 606, "an app that cannot be created from what is declared",
        "Okta cannot make an app without the fields that the message names.",
        "Declare them in the App document.";
    CANNOT_UPDATE = 607, "an object that cannot be written back",
        "An update sends the whole object, and this one carries something that cannot be sent, or is Okta's own to make.",
        "Change this one in Okta's Admin Console.";
    GROUP_UNCLEAR = 608, "a group that is not there, or is there twice",
        "Groups are assigned by name or id. Names need not be unique across types of groups, and giving the wrong one access could not be undone.",
        "Correct the name, or refer to the group by its id.";
    NOT_SELECTED = 609, "what is selected needs something that is not",
        "`--select` leaves out an object whose id another one is sent with, and that object is not there yet.",
        "Select both, or apply what is needed first.";
}
