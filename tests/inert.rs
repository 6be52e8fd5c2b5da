//! What nobody's text may do: to a browser, to a forge that renders a comment, to a runner that reads a log. Shared by the tests of renderers and of the binary.

use std::collections::BTreeSet;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// The addresses that reports link to.
const LINKS: [&str; 2] = ["https://www.rfc-editor.org/", "https://developer.okta.com/"];

/// Checks that no character does anything but stand there.
pub(crate) fn assert_printable(text: &str) {
    let turns = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}');
    let active: Vec<_> = text.chars().filter(|c| (c.is_control() && *c != '\n') || turns(*c)).collect();
    assert_eq!(active, ['\0'; 0], "{}", text.escape_debug());
}

/// Checks that a runner which reads this as the log of a step obeys nothing in it.
pub(crate) fn assert_no_command(text: &str) {
    for line in text.lines() {
        // `::: FILE`, with which a second excerpt begins, has no command's name.
        let line = line.trim_start();
        assert!(!line.starts_with("::") || line.starts_with("::: "), "{line}");
        assert!(!line.contains("##[") && !line.contains("##vso["), "{line}");
    }
}

/// Checks that a text is workflow commands, and that each is an annotation of ours.
pub(crate) fn assert_annotations(text: &str) {
    for line in text.lines() {
        let (properties, _) = line.strip_prefix("::").and_then(|line| line.split_once("::")).expect("a command");
        let (name, properties) = properties.split_once(' ').expect("properties");
        assert!(["error", "warning", "notice"].contains(&name), "{line}");
        let names: BTreeSet<_> = properties.split(',').map(|property| property.split_once('=').expect("a property").0).collect();
        assert!(names.iter().all(|name| ["file", "line", "endLine", "col", "endColumn", "title"].contains(name)), "{line}");
        assert!(names.contains("title"), "{line}");
    }
}

/// Looks at a comment as a forge does, and checks that nothing in it is markup, a mention, a reference or a link but ours.
pub(crate) fn assert_comment(text: &str) {
    assert_printable(text);
    assert_no_command(text);
    let (mut code, mut open) = (false, 0_i32);
    for event in Parser::new_ext(text, Options::all() - Options::ENABLE_MATH - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                for (name, attributes) in elements(&html) {
                    let ours = ["details", "/details", "summary", "/summary", "code", "/code"];
                    assert!(ours.contains(&name.as_str()) && attributes.is_empty(), "{html}");
                    open += i32::from(name == "details") - i32::from(name == "/details");
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) => assert!(LINKS.iter().any(|base| dest_url.starts_with(base)), "{dest_url}"),
            Event::Start(Tag::Image { .. } | Tag::Table(_) | Tag::BlockQuote(_) | Tag::FootnoteDefinition(_) | Tag::Strikethrough) => {
                panic!("markup that is not ours: {text}");
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                assert!(matches!(kind, CodeBlockKind::Fenced(ref info) if &**info == "diff"), "{kind:?}");
                code = true;
            }
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Text(words) if !code => {
                for active in ["@", "#", "::", "<", "http:", "https:", "script", "evil"] {
                    assert!(!words.contains(active), "{words}");
                }
            }
            _ => {}
        }
    }
    assert_eq!(open, 0, "what is opened is closed");
}

/// Checks that a page holds no element, attribute or address but ours, and that what is opened is closed.
pub(crate) fn assert_page(page: &str) {
    assert_printable(page);
    let ours = "!doctype html head meta title style body a header h1 code p span main section h2 h3 ol li b q ul nav div form label input select option button \
        output details summary table caption thead tbody tr th td small mark wbr footer script svg g rect path text";
    let known = "href rel class id lang charset content name aria-labelledby aria-label aria-hidden aria-live role tabindex hidden type autocomplete placeholder \
        value scope rowspan data-kind data-turn open html http-equiv xmlns width height viewBox d x y rx text-anchor";
    let (ours, known): (BTreeSet<_>, BTreeSet<_>) = (ours.split_whitespace().collect(), known.split_whitespace().collect());
    let mut open = Vec::new();
    for (name, attributes) in elements(page) {
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop().as_deref(), Some(name)),
            None if ["!doctype", "meta", "input", "wbr", "style", "script", "rect", "path"].contains(&name.as_str()) => {}
            None => open.push(name.clone()),
        }
        assert!(ours.contains(name.trim_start_matches('/')), "<{name}> is not ours");
        for (attribute, value) in attributes {
            assert!(known.contains(attribute.as_str()), "{attribute} is not ours");
            let leads = value.starts_with('#') || LINKS.iter().any(|base| value.starts_with(base));
            assert!(attribute != "href" || leads, "{value}");
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// An element that opens or closes: its name, and its attributes with their values.
type Element = (String, Vec<(String, String)>);

fn elements(html: &str) -> Vec<Element> {
    let mut elements = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let name = after.split(|c: char| !(c.is_ascii_alphanumeric() || "!/".contains(c))).next().expect("there is a first");
        let mut tail = &after[name.len()..];
        let mut attributes = Vec::new();
        loop {
            tail = tail.trim_start();
            tail = tail.strip_prefix('/').filter(|tail| tail.starts_with('>')).unwrap_or(tail);
            if let Some(after) = tail.strip_prefix('>') {
                rest = after;
                break;
            }
            let length = tail.find(|c: char| !(c.is_ascii_alphabetic() || c == '-')).expect("a tag ends");
            assert!(length > 0, "no attribute begins so: {}", tail.chars().take(80).collect::<String>());
            let (attribute, after) = tail.split_at(length);
            let (value, after) = match after.strip_prefix("=\"") {
                Some(after) => after.split_once('"').expect("a value ends"),
                None => ("", after),
            };
            attributes.push((attribute.to_owned(), value.to_owned()));
            tail = after;
        }
        // What stands in these is no markup.
        if ["style", "script"].contains(&name) {
            rest = rest.split_once(&format!("</{name}>")).expect("it ends").1;
        }
        elements.push((name.to_ascii_lowercase(), attributes));
    }
    elements
}
