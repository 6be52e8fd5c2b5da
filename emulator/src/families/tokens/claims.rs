//! The claims of its own that a server writes into a client's token.
//!
//! Of Okta's expression language there is what can mean something without a person: texts, the client's id, and the expression
//! of the built-in subject. A claim whose value is anything else is left out.

use serde_json::{Map, Value, json};

use crate::{
    families::{
        Exchange,
        servers::{SUBJECT, Server},
    },
    store::Table,
};

/// What a token says whatever the server's claims are.
const RESERVED: [&str; 9] = ["ver", "jti", "iss", "aud", "iat", "exp", "cid", "scp", "cnf"];

/// Returns the claims for a client's token with these scopes.
pub(super) fn of_server(x: &Exchange<'_>, server: &Server, client_id: &str, scopes: &[String]) -> Map<String, Value> {
    let rows = x.tx.starting_with(Table::ServerClaims, &format!("{}/", server.id)).into_iter().map(|(_, row)| row);
    let wanted = |claim: &&Value| {
        let needed = claim["conditions"]["scopes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let asked = needed.is_empty() || needed.iter().any(|scope| scopes.iter().any(|own| scope == own));
        claim["claimType"] == "RESOURCE" && claim["status"] == "ACTIVE" && claim["valueType"] == "EXPRESSION" && asked
    };
    let claims = rows.filter(wanted).filter_map(|claim| {
        let name = claim["name"].as_str().filter(|name| !RESERVED.contains(name))?;
        Some((name.to_owned(), json!(evaluated(claim["value"].as_str()?, client_id)?)))
    });
    claims.collect()
}

/// Returns what an expression says of a client, if that can be told.
fn evaluated<'a>(expression: &'a str, client_id: &'a str) -> Option<&'a str> {
    let expression = expression.trim();
    if expression == "app.clientId" || expression == SUBJECT {
        return Some(client_id);
    }
    ['"', '\''].into_iter().find_map(|quote| {
        let inner = expression.strip_prefix(quote)?.strip_suffix(quote)?;
        (!inner.contains([quote, '\\'])).then_some(inner)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_the_clients_id_are_evaluated_and_nothing_else() {
        let said = |expression| evaluated(expression, "0oa1");
        assert_eq!(said("\"eu\""), Some("eu"));
        assert_eq!(said(" 'it is \"eu\"' "), Some("it is \"eu\""));
        assert_eq!(said("app.clientId"), Some("0oa1"));
        assert_eq!(said(SUBJECT), Some("0oa1"));
        for other in ["user.login", "\"a\" + \"b\"", "\"", "", "\"a\\\"b\""] {
            assert_eq!(said(other), None, "{other}");
        }
    }
}
