//! What a forge answers to comments, to who somebody is, and to what it complains about. Both forges' forms are read alike.
//!
//! An answer of another form is `None`, never a guess.

use serde_json::Value;

use super::Comment;

/// Reads one comment.
pub fn comment(answer: &Value) -> Option<Comment> {
    let author = ["user", "author"].iter().find_map(|name| answer.get(name));
    let by_program = author.and_then(|author| author.get("type")).is_some_and(|kind| kind == "Bot");
    let body = match answer.get("body")? {
        Value::String(body) => body.clone(),
        Value::Null => String::new(),
        _ => return None,
    };
    let page = answer.get("html_url").and_then(Value::as_str).map(str::to_owned);
    Some(Comment { id: answer.get("id")?.as_u64()?, author: author.and_then(user), by_program, body, page })
}

/// Reads a list of comments, and keeps those that are worth it.
pub fn comments(answer: &Value, keep: impl Fn(&Comment) -> bool) -> Option<Vec<Comment>> {
    let all: Option<Vec<_>> = answer.as_array()?.iter().map(comment).collect();
    Some(all?.into_iter().filter(keep).collect())
}

/// Reads somebody's id.
pub fn user(answer: &Value) -> Option<u64> {
    answer.get("id")?.as_u64()
}

/// Reads what a forge has to complain about.
pub fn complaint(answer: &Value) -> Option<String> {
    let said = ["message", "error_description", "error"].iter().find_map(|name| answer.get(name))?;
    // GitLab says `{"message": {"note": ["is too long"]}}` of what does not fit.
    Some(said.as_str().map_or_else(|| said.to_string(), str::to_owned)).filter(|said| !said.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forges_comments_are_read() {
        let github = json!({"id": 12, "body": "x", "html_url": "https://github.com/a/b/pull/7#issuecomment-12", "user": {"id": 41_898_282, "login": "github-actions[bot]", "type": "Bot"}});
        let page = Some("https://github.com/a/b/pull/7#issuecomment-12".to_owned());
        assert_eq!(comment(&github), Some(Comment { id: 12, author: Some(41_898_282), by_program: true, body: "x".to_owned(), page }));
        let gitlab = json!({"id": 12, "body": "x", "author": {"id": 5, "username": "project_4711_bot"}, "system": false});
        assert_eq!(comment(&gitlab), Some(Comment { id: 12, author: Some(5), by_program: false, body: "x".to_owned(), page: None }));
        let ghost = json!({"id": 12, "body": null, "user": null});
        assert_eq!(comment(&ghost), Some(Comment { id: 12, author: None, by_program: false, body: String::new(), page: None }));
    }

    #[test]
    fn what_is_no_list_of_comments_is_not_taken_for_an_empty_one() {
        for answer in
            [json!({}), json!(null), json!([1]), json!([{"id": "12", "body": "x"}]), json!([{"id": 12}]), json!([{"id": -1, "body": ""}])]
        {
            assert_eq!(comments(&answer, |_| true), None, "{answer}");
        }
        assert_eq!(comments(&json!([]), |_| true), Some(Vec::new()));
    }

    #[test]
    fn a_complaint_is_found_in_every_form() {
        let table = [
            json!({"message": "Bad credentials", "documentation_url": "https://docs.github.com"}),
            json!({"message": {"note": ["is too long"]}}),
            json!({"error": "insufficient_scope", "error_description": "The request requires higher privileges"}),
            json!({"message": ""}),
            json!([]),
        ]
        .map(|answer| complaint(&answer).unwrap_or_default());
        assert_eq!(table, ["Bad credentials", r#"{"note":["is too long"]}"#, "The request requires higher privileges", "", ""]);
    }
}
