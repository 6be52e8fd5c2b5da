//! Whatever is written is read back equal.

use proptest::prelude::*;
use serde_json::json;

use super::text::is_hidden;
use super::*;
use crate::diagnostic::Diagnostics;
use crate::manifest::yaml;

/// Texts that are ordinary, could be taken for something else, or are hostile.
fn text() -> impl Strategy<Value = String> {
    let odd = [
        "",
        " ",
        "yes",
        "on",
        "Off",
        "y",
        "N",
        "null",
        "~",
        "True",
        "1.0",
        "030",
        "0x1f",
        "1_000",
        "12:30",
        "2026-09-01",
        ".inf",
        "<<",
        "=",
        "-",
        "?",
        ":",
        "---",
        "--- a",
        "...",
        "... b",
        "# c",
        "a #b",
        "a: b",
        "a:",
        "%TAG",
        "@a",
        "`a`",
        "*a",
        "&a",
        "!a",
        "|",
        ">",
        "{a}",
        "[a]",
        "a,b",
        "'",
        "\"",
        "\\",
        "${var.host}",
        "$${",
        "a\nb",
        "a\nb\n",
        "a\n\nb\n\n",
        "\n",
        "\na",
        " a\nb",
        "a \nb",
        "a\n\tb",
        "a\r\nb",
        "a\n---\nb",
        "a\n...\n# b",
        "\t",
        "\u{0}",
        "\u{1b}[31m",
        "\u{7f}",
        "\u{85}",
        "\u{a0}a",
        "\u{2028}",
        "\u{202e}evil",
        "\u{feff}a",
        "\u{fffe}",
        "\u{e0041}",
        "é☕\u{10348}",
        "https://a.example.com:8080/b?c=d#e",
        "::error::x",
        "##[group]x",
    ];
    prop_oneof![
        3 => prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
        2 => "[a-zA-Z0-9_ .:#&*!|>'\"%@`,{}\\[\\]\\\\?=~<-]{0,14}",
        1 => "[-+]?[0-9_.:xobeETZ-]{1,8}",
        1 => "([a-c:# ]{0,6}\n){0,4}[a-c]{0,2}",
        1 => "\\PC{0,8}",
        1 => prop::collection::vec(any::<char>(), 0..8).prop_map(String::from_iter),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no other", |number| number.is_finite()).prop_map(Value::from),
        text().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    let name = prop_oneof![9 => text(), 1 => Just("long ".repeat(300))];
    leaf.prop_recursive(5, 32, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..5).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn style() -> impl Strategy<Value = Style> {
    prop_oneof![Just(Style::Block), Just(Style::Flow), (0..120_usize).prop_map(Style::Fitting)]
}

fn read(text: &str) -> Value {
    let mut diagnostics = Diagnostics::default();
    let file = yaml::read(&"a.yaml".into(), text, &mut diagnostics);
    assert!(diagnostics.is_empty(), "{text}\n{:#?}", diagnostics.sorted());
    assert_eq!(file.documents.len(), 1, "{text}");
    let document = &file.documents[0];
    assert_eq!(document.typed::<Value>().as_ref(), Ok(&document.tree), "{text}");
    document.tree.clone()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whatever_is_written_is_read_back_equal(value in value(), style in style(), indent in 0..3_usize) {
        let neighbours = [("a", json!(1)), ("the value", value.clone()), ("z", json!("last"))];
        let lines: String = neighbours.iter().map(|(name, value)| member(name, value, indent * 2, style)).collect();
        let wanted: Map<_, _> = neighbours.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        prop_assert_eq!(&read(&lines), &Value::Object(wanted), "{}", lines);
        let lines = format!("- 1\n{}- 2\n", item(&value, 0, style));
        prop_assert_eq!(read(&lines), json!([1, &value, 2]), "{}", lines);
        let lines = format!("a: [{}, {}]\n", flow(&value), flow(&value));
        prop_assert_eq!(read(&lines), json!({"a": [&value, &value]}), "{}", lines);
        prop_assert!(!flow(&value).contains('\n'), "{}", flow(&value));
        if value.is_array() || value.is_object() {
            prop_assert_eq!(read(&format!("---\n{}", block(&value, 0, style))), value);
        }
    }

    #[test]
    fn quotes_that_are_preferred_hold_whatever_they_can(text in text(), single in any::<bool>()) {
        let quotes = if single { Quotes::Single } else { Quotes::Double };
        let value = Value::from(text.as_str());
        let written = text::scalar(&value, Around::Block, quotes);
        prop_assert_eq!(written.starts_with('\''), single && !text.chars().any(is_hidden), "{}", written);
        prop_assert_eq!(read(&format!("a: {written}\nb: [{written}, {written}]\n")), json!({"a": value, "b": [value, value]}), "{}", written);
    }
}

#[test]
fn what_is_written_looks_as_people_write_it() {
    let value = json!({
        "label": "Custom id/secret Web App", "status": "ACTIVE", "count": 3, "ratio": 1.0, "none": null, "empty": [], "nothing": {},
        "version": "1.0", "name": "2026-09", "answer": "yes", "uri": "https://${source.login}/a#b", "marked": "\u{202e}x\t\u{1b}",
        "notes": {"admin": "Owned by the team\n\n  # not a comment\n--- not a document", "short": "a\nb\n"},
        "redirect_uris": ["https://a.example.com/callback", "https://b.example.com/callback", "https://c.example.com/callback"],
        "scopes": [{"name": "orders.read", "consent": "IMPLICIT"}, [["deep"], []]],
    });
    insta::assert_snapshot!(format!("{}---\n{}", block(&value, 0, Style::Block), block(&value, 2, Style::Fitting(72))), @r#"
    label: Custom id/secret Web App
    status: ACTIVE
    count: 3
    ratio: 1.0
    none: null
    empty: []
    nothing: {}
    version: "1.0"
    name: "2026-09"
    answer: "yes"
    uri: https://${source.login}/a#b
    marked: "\u202ex\t\u001b"
    notes:
      admin: |-
        Owned by the team

          # not a comment
        --- not a document
      short: |
        a
        b
    redirect_uris:
      - https://a.example.com/callback
      - https://b.example.com/callback
      - https://c.example.com/callback
    scopes:
      - name: orders.read
        consent: IMPLICIT
      - - - deep
        - []
    ---
      label: Custom id/secret Web App
      status: ACTIVE
      count: 3
      ratio: 1.0
      none: null
      empty: []
      nothing: {}
      version: "1.0"
      name: "2026-09"
      answer: "yes"
      uri: https://${source.login}/a#b
      marked: "\u202ex\t\u001b"
      notes:
        admin: |-
          Owned by the team

            # not a comment
          --- not a document
        short: |
          a
          b
      redirect_uris:
        - https://a.example.com/callback
        - https://b.example.com/callback
        - https://c.example.com/callback
      scopes: [{name: orders.read, consent: IMPLICIT}, [[deep], []]]
    "#);
}
