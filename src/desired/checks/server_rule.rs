//! What Okta would refuse of the rules of an authorization server's policies (okta-api.md, section 5).

use serde_json::Value;

use super::server::fault;
use crate::desired::{Server, ServerPart};
use crate::diagnostic::{Diagnostics, codes};
use crate::manifest::is_server_id;

/// The word for every group's members.
const EVERYONE: &str = "EVERYONE";

/// Returns every declared rule.
fn rules(server: &Server) -> impl Iterator<Item = &ServerPart> {
    server.policies.iter().flatten().flat_map(|policy| policy.rules.iter().flatten())
}

/// A grant by which people sign in, and nobody who may.
pub(super) fn people(server: &Server, diagnostics: &mut Diagnostics) {
    for rule in rules(server) {
        let grants = rule.list("conditions.grantTypes.include").unwrap_or_default();
        let Some(grant) = grants.into_iter().find(|grant| *grant != "client_credentials") else { continue };
        // Who is not spoken of may be there.
        let nobody = |who: &str| rule.list(&format!("conditions.people.{who}.include")).is_some_and(|list| list.is_empty());
        if nobody("users") && nobody("groups") {
            let message = format!("the rule `{}` is for `{grant}`, by which people sign in, and for nobody", rule.name());
            let help = "add `people: {groups: {include: [EVERYONE]}}`, or ids of groups or users";
            diagnostics.push(fault(codes::RULE_PEOPLE, rule.origin_of("conditions.grantTypes.include"), message, help));
        }
    }
}

/// A group or user by its name, which Okta would refuse or, worse, take for the id of nobody.
pub(super) fn ids(server: &Server, diagnostics: &mut Diagnostics) {
    let lists = [("groups", "include"), ("groups", "exclude"), ("users", "include"), ("users", "exclude")];
    for (rule, (who, list)) in rules(server).flat_map(|rule| lists.map(|list| (rule, list))) {
        let list = format!("conditions.people.{who}.{list}");
        // A variable that nobody defined has been reported.
        let named = rule.list(&list).unwrap_or_default().into_iter().filter(|text| !text.contains("${"));
        for text in named.filter(|text| !is_one_of(who, text)) {
            let message = format!("the rule `{}` names `{text}` among its {who}, which is no id", rule.name());
            let help = match (who, text.eq_ignore_ascii_case(EVERYONE)) {
                ("groups", true) => format!("write `{EVERYONE}`"),
                ("groups", false) => format!("write the group's id, which starts with `00g`, or `{EVERYONE}`"),
                _ => "write the user's id, which starts with `00u`".to_owned(),
            };
            diagnostics.push(fault(codes::RULE_PEOPLE_FORM, rule.origin_of(&list), message, help));
        }
    }
}

/// Returns whether a text is how the API names a group or user (okta-api.md, section 0).
fn is_one_of(who: &str, text: &str) -> bool {
    let start = if who == "groups" { "00g" } else { "00u" };
    (text.starts_with(start) && is_server_id(text)) || (who == "groups" && text == EVERYONE)
}

/// Tokens that end too early, or that no client can get.
pub(super) fn tokens(server: &Server, diagnostics: &mut Diagnostics) {
    let minutes = |rule: &ServerPart, field: &str| rule.value(&format!("actions.token.{field}")).and_then(Value::as_i64);
    for rule in rules(server) {
        let (access, refresh) = (minutes(rule, "accessTokenLifetimeMinutes"), minutes(rule, "refreshTokenLifetimeMinutes"));
        if let (Some(access), Some(refresh)) = (access, refresh)
            && refresh != 0
            && refresh < access
        {
            let message =
                format!("refresh tokens of the rule `{}` live {refresh} minutes, less than access tokens with {access}", rule.name());
            let help = "raise `refreshTokenLifetimeMinutes`, or say 0 for no end";
            diagnostics.push(fault(codes::RULE_TOKENS, rule.origin_of("actions.token.refreshTokenLifetimeMinutes"), message, help));
        }
        let for_clients = rule.list("conditions.grantTypes.include").is_some_and(|grants| grants.contains(&"client_credentials"));
        let named = rule.list("conditions.scopes.include").unwrap_or_default();
        let asks = |scope: &&ServerPart| scope.text("consent") == Some("REQUIRED") && named.contains(&scope.name());
        for scope in server.scopes.iter().flatten().filter(asks).filter(|_| for_clients) {
            let message = format!("the rule `{}` gives clients the scope `{}`, which needs somebody's consent", rule.name(), scope.name());
            let help = "say `consent: FLEXIBLE` of the scope: with `client_credentials` there is nobody to ask, and the request fails";
            let diagnostic = fault(codes::RULE_CONSENT, rule.origin_of("conditions.scopes.include"), message, help).warning();
            diagnostics.push(diagnostic.related(scope.origin_of("consent"), "consent is needed"));
        }
    }
}
