//! Types of events to what they touch: the one table by which the System Log is understood.
//!
//! It holds every type of okta-api.md, section 9, that has to do with what manifests declare, and of the others those that begin like one of
//! these, so that nobody takes them for news. What begins like them and is not here may mean anything: it is [`Touched::Unknown`], never
//! nothing. The words are our own; where Okta's catalogue has two descriptions swapped (`credentials.lifecycle`), the name of the type counts.

/// Which part of an object an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touched {
    /// An app, or the OAuth client that it is: what PUT replaces, and whether it is in force.
    App,
    /// A secret or a public key of a client.
    Credentials,
    /// A scope that an app was granted.
    Grants,
    /// A group's access to an app.
    Assignments,
    /// Which access policy an app has.
    AccessPolicy,
    /// An authorization server.
    Server,
    /// A scope of one.
    Scope,
    /// A claim of one.
    Claim,
    /// A policy: of an authorization server, or another one. Its targets tell.
    Policy,
    /// A rule of a policy.
    Rule,
    /// A group itself, which assignments name.
    Group,
    /// Nothing that anybody can declare.
    Nothing,
    /// A type of our families that this table does not know: it may be about anything that its targets name.
    Unknown,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// It was made: created, granted, assigned.
    Made,
    /// It was changed.
    Changed,
    /// It was put in force.
    Activated,
    /// It was put out of force.
    Deactivated,
    /// It was taken away: deleted, revoked, withdrawn.
    Removed,
}

/// A type of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    /// Okta's name of it.
    pub name: &'static str,
    /// What it is about.
    pub touched: Touched,
    /// What was done.
    pub deed: Deed,
    /// What was done, in words that follow a subject.
    pub words: &'static str,
}

/// How the types begin that may be about what manifests declare. Far narrower than `app` and `policy`: sign-ons and tokens are events, too.
pub const FAMILIES: [&str; 14] = [
    "application.lifecycle.",
    "application.configuration.",
    "application.policy.",
    "app.oauth2.client.",
    "app.oauth2.credentials.",
    "app.oauth2.admin.consent.",
    "app.oauth2.trusted_server.",
    "group.application_assignment.",
    "group.lifecycle.",
    "group.profile.",
    "oauth2.",
    "policy.lifecycle.",
    "policy.rule.",
    "policy.mapping.",
];

use Deed::{Activated, Changed, Deactivated, Made, Removed};
use Touched::{AccessPolicy, App, Assignments, Claim, Credentials, Grants, Group, Nothing, Policy, Rule, Scope, Server};

const fn of(name: &'static str, touched: Touched, deed: Deed, words: &'static str) -> EventType {
    EventType { name, touched, deed, words }
}

/// Every type that is known, in the order of the names.
pub const TYPES: [EventType; 76] = [
    of("app.oauth2.admin.consent.grant", Grants, Made, "granted the scope"),
    of("app.oauth2.admin.consent.revoke", Grants, Removed, "revoked the scope"),
    of("app.oauth2.client.lifecycle.activate", App, Activated, "activated the OAuth client"),
    of("app.oauth2.client.lifecycle.create", App, Made, "created the OAuth client"),
    of("app.oauth2.client.lifecycle.deactivate", App, Deactivated, "deactivated the OAuth client"),
    of("app.oauth2.client.lifecycle.delete", App, Removed, "deleted the OAuth client"),
    of("app.oauth2.client.lifecycle.update", App, Changed, "updated the OAuth client"),
    of("app.oauth2.client.privilege.grant", Nothing, Made, "granted an admin role to the client"),
    of("app.oauth2.client.privilege.revoke", Nothing, Removed, "took admin roles from the client"),
    of("app.oauth2.client.read_client_secret", Nothing, Changed, "read the client secret"),
    of("app.oauth2.credentials.lifecycle.activate", Credentials, Activated, "activated a secret or key of the client"),
    of("app.oauth2.credentials.lifecycle.create", Credentials, Made, "added a secret or key to the client"),
    of("app.oauth2.credentials.lifecycle.deactivate", Credentials, Deactivated, "deactivated a secret or key of the client"),
    of("app.oauth2.credentials.lifecycle.delete", Credentials, Removed, "deleted a secret or key of the client"),
    of("app.oauth2.trusted_server.add", Server, Changed, "made the authorization server trust another"),
    of("app.oauth2.trusted_server.delete", Server, Changed, "made the authorization server no longer trust another"),
    of("application.configuration.detect_error", Nothing, Changed, "found an error in the app's configuration"),
    of("application.configuration.disable_delauth_outbound", Nothing, Changed, "switched delegated authentication off"),
    of("application.configuration.disable_fed_broker_mode", App, Changed, "switched federation broker mode off"),
    of("application.configuration.enable_delauth_outbound", Nothing, Changed, "switched delegated authentication on"),
    of("application.configuration.enable_fed_broker_mode", App, Changed, "switched federation broker mode on"),
    of("application.configuration.import_schema", Nothing, Changed, "imported a schema"),
    of("application.configuration.read_client_secret", Nothing, Changed, "read the client secret"),
    of("application.configuration.reset_logo", Nothing, Changed, "reset the app's logo"),
    of("application.configuration.update", App, Changed, "updated the app's configuration"),
    of("application.configuration.update_api_credentials_for_pass_change", Nothing, Changed, "updated provisioning credentials"),
    of("application.configuration.update_logo", Nothing, Changed, "changed the app's logo"),
    of("application.configuration.update_rate_limits", Nothing, Changed, "changed the app's rate limits"),
    of("application.lifecycle.activate", App, Activated, "activated the app"),
    of("application.lifecycle.create", App, Made, "created the app"),
    of("application.lifecycle.deactivate", App, Deactivated, "deactivated the app"),
    of("application.lifecycle.delete", App, Removed, "deleted the app"),
    of("application.lifecycle.update", App, Changed, "updated the app"),
    of("application.policy.sign_on.deny_access", Nothing, Changed, "was denied access by the sign-on policy"),
    of("application.policy.sign_on.rule.create", Nothing, Made, "added a rule to the app's sign-on policy"),
    of("application.policy.sign_on.rule.delete", Nothing, Removed, "deleted a rule of the app's sign-on policy"),
    of("application.policy.sign_on.update", AccessPolicy, Changed, "changed the app's sign-on policy"),
    of("group.application_assignment.add", Assignments, Made, "assigned the app to the group"),
    of("group.application_assignment.remove", Assignments, Removed, "withdrew the app from the group"),
    of("group.application_assignment.skip_assignment_reconcile", Nothing, Changed, "skipped reconciling the assignment"),
    of("group.application_assignment.update", Assignments, Changed, "changed the group's assignment to the app"),
    of("group.lifecycle.create", Group, Made, "created the group"),
    of("group.lifecycle.delete", Group, Removed, "deleted the group"),
    of("group.profile.update", Group, Changed, "changed the group"),
    of("oauth2.as.activated", Server, Activated, "activated the authorization server"),
    of("oauth2.as.created", Server, Made, "created the authorization server"),
    of("oauth2.as.deactivated", Server, Deactivated, "deactivated the authorization server"),
    of("oauth2.as.deleted", Server, Removed, "deleted the authorization server"),
    of("oauth2.as.updated", Server, Changed, "updated the authorization server"),
    of("oauth2.claim.created", Claim, Made, "created the claim"),
    of("oauth2.claim.deleted", Claim, Removed, "deleted the claim"),
    of("oauth2.claim.updated", Claim, Changed, "updated the claim"),
    of("oauth2.scope.created", Scope, Made, "created the scope"),
    of("oauth2.scope.deleted", Scope, Removed, "deleted the scope"),
    of("oauth2.scope.updated", Scope, Changed, "updated the scope"),
    of("policy.lifecycle.activate", Policy, Activated, "activated the policy"),
    of("policy.lifecycle.create", Policy, Made, "created the policy"),
    of("policy.lifecycle.deactivate", Policy, Deactivated, "deactivated the policy"),
    of("policy.lifecycle.delete", Policy, Removed, "deleted the policy"),
    of("policy.lifecycle.overwrite", Policy, Changed, "overwrote the policy"),
    of("policy.lifecycle.update", Policy, Changed, "updated the policy"),
    of("policy.mapping.create", AccessPolicy, Made, "gave the app another access policy"),
    of("policy.mapping.delete", AccessPolicy, Removed, "took the access policy from the app"),
    of("policy.rule.action.execute", Nothing, Changed, "ran an action of the rule"),
    of("policy.rule.activate", Rule, Activated, "activated the rule"),
    of("policy.rule.add", Rule, Made, "added the rule"),
    of("policy.rule.deactivate", Rule, Deactivated, "deactivated the rule"),
    of("policy.rule.delete", Rule, Removed, "deleted the rule"),
    of("policy.rule.invalidate", Rule, Deactivated, "invalidated the rule"),
    of("policy.rule.update", Rule, Changed, "updated the rule"),
    // Outside the families: what is known to be nothing to anybody who declares.
    of("app.app_instance.csr.generate", Nothing, Made, "made a certificate signing request"),
    of("app.app_instance.csr.publish", Nothing, Changed, "published a certificate"),
    of("app.app_instance.csr.revoke", Nothing, Removed, "revoked a certificate signing request"),
    of("app.keys.clone", Nothing, Made, "cloned a signing key"),
    of("app.keys.generate", Nothing, Made, "made a signing key"),
    of("app.keys.rotate", Nothing, Changed, "rotated the signing key"),
];

/// Tells whether a type is one of those that may be about what manifests declare.
pub fn is_ours(name: &str) -> bool {
    FAMILIES.iter().any(|family| name.starts_with(family))
}

/// Returns the type with a name, if it is known.
pub fn event_type(name: &str) -> Option<&'static EventType> {
    TYPES.iter().find(|known| known.name == name)
}

/// Returns what events of a type are about. What is of none of the families is about nothing.
pub fn touched(name: &str) -> Touched {
    event_type(name).map_or(if is_ours(name) { Touched::Unknown } else { Nothing }, |known| known.touched)
}

/// Returns the filter that admits the events of all families.
pub fn families_filter() -> String {
    FAMILIES.map(|family| format!("eventType sw \"{family}\"")).join(" or ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The types of okta-api.md, section 9: of each area, what it is about, and the types.
    const DOCUMENTED: [(Touched, &str); 13] = [
        (
            App,
            "application.lifecycle.create application.lifecycle.update application.lifecycle.activate application.lifecycle.deactivate
             application.lifecycle.delete application.configuration.enable_fed_broker_mode application.configuration.disable_fed_broker_mode
             app.oauth2.client.lifecycle.create app.oauth2.client.lifecycle.update app.oauth2.client.lifecycle.activate
             app.oauth2.client.lifecycle.deactivate app.oauth2.client.lifecycle.delete",
        ),
        (
            Credentials,
            "app.oauth2.credentials.lifecycle.create app.oauth2.credentials.lifecycle.activate app.oauth2.credentials.lifecycle.deactivate
             app.oauth2.credentials.lifecycle.delete",
        ),
        (Grants, "app.oauth2.admin.consent.grant app.oauth2.admin.consent.revoke"),
        (Assignments, "group.application_assignment.add group.application_assignment.update group.application_assignment.remove"),
        (AccessPolicy, "policy.mapping.create application.policy.sign_on.update"),
        (
            Server,
            "oauth2.as.created oauth2.as.updated oauth2.as.activated oauth2.as.deactivated oauth2.as.deleted
             app.oauth2.trusted_server.add app.oauth2.trusted_server.delete",
        ),
        (Scope, "oauth2.scope.created oauth2.scope.updated oauth2.scope.deleted"),
        (Claim, "oauth2.claim.created oauth2.claim.updated oauth2.claim.deleted"),
        (
            Policy,
            "policy.lifecycle.create policy.lifecycle.update policy.lifecycle.activate policy.lifecycle.deactivate policy.lifecycle.delete",
        ),
        (Rule, "policy.rule.add policy.rule.update policy.rule.activate policy.rule.deactivate policy.rule.delete"),
        (Group, "group.lifecycle.create group.profile.update group.lifecycle.delete"),
        // Known, and nothing to us.
        (
            Nothing,
            "application.configuration.update_logo application.configuration.reset_logo app.oauth2.client.read_client_secret
             app.oauth2.client.privilege.grant app.oauth2.client.privilege.revoke app.keys.generate app.app_instance.csr.publish",
        ),
        // Not known, and of none of the families.
        (
            Nothing,
            "application.user_membership.add system.api_token.create system.org.rate_limit.warning core.concurrency.org.limit.violation
             app.oauth2.token.grant app.oauth2.token.grant.access_token app.oauth2.as.token.grant.access_token app.oauth2.as.token.revoke
             app.oauth2.signon app.oauth2.as.key.rollover app.oauth2.client_id_rate_limit_warning policy.evaluate_sign_on",
        ),
    ];

    #[test]
    fn every_documented_type_is_known_for_what_it_touches() {
        for (about, types) in DOCUMENTED {
            for name in types.split_whitespace() {
                assert_eq!(touched(name), about, "{name}");
            }
        }
    }

    #[test]
    fn what_begins_like_a_known_type_may_be_anything_and_other_types_are_nothing() {
        let unknown = ["oauth2.as.renamed", "policy.lifecycle.rename", "app.oauth2.client.lifecycle.rename", "group.profile.merge"];
        assert_eq!(unknown.map(touched), [Touched::Unknown; 4]);
        assert!(TYPES.iter().filter(|known| known.touched != Nothing).all(|known| is_ours(known.name)), "what is ours is read");
        let mut names: Vec<_> = TYPES.map(|known| known.name).into();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TYPES.len(), "each stands there once");
    }

    #[test]
    #[cfg(feature = "emulator")]
    fn every_type_of_the_emulated_org_is_known_or_of_none_of_the_families() {
        let unknown: Vec<_> = idpctl_emulator::event_types().filter(|name| touched(name) == Touched::Unknown).collect();
        assert_eq!(unknown, Vec::<&str>::new());
        assert!(idpctl_emulator::event_types().filter(|name| is_ours(name)).count() > 40);
    }
}
