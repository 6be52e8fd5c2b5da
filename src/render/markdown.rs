//! Text from anywhere to Markdown in which it is text and nothing else: no markup, no HTML, no mention, no end of what it stands in.
//!
//! Manifest text stands in code alone, where forges look for neither mentions nor references, and each piece is one line.

use crate::printable::printable;

/// Returns a text as a code span within a paragraph.
pub(super) fn code_span(text: &str) -> String {
    let text = printable(text);
    let ticks = "`".repeat(longest_run(&text, '`') + 1);
    // One space on each side is taken away again, and keeps the text's own backticks apart from the span's.
    let room = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty() { " " } else { "" };
    format!("{ticks}{room}{text}{room}{ticks}")
}

/// Returns a sentence as text within a paragraph: whatever is more than a word stands in code, and so does what the text itself puts in backticks.
pub(super) fn prose(text: &str) -> String {
    let text = printable(text);
    let mut out: Vec<String> = Vec::new();
    let mut code: Vec<&str> = Vec::new();
    for (at, part) in text.split('`').enumerate() {
        if at % 2 == 1 {
            code.push(part);
            continue;
        }
        for word in part.split(' ').filter(|word| !word.is_empty()) {
            if is_word(word) {
                out.extend(in_code(&mut code));
                out.push(word.to_owned());
            } else if word.chars().all(is_end) && !code.is_empty() {
                out.extend(in_code(&mut code).map(|code| code + word));
            } else {
                code.push(word);
            }
        }
    }
    out.extend(in_code(&mut code));
    out.join(" ")
}

/// Returns what has been gathered as code, but for the brackets and stops around it.
fn in_code(gathered: &mut Vec<&str>) -> Option<String> {
    let code = std::mem::take(gathered).join(" ");
    let (open, inner) = code.strip_prefix('(').map_or(("", code.as_str()), |inner| ("(", inner));
    let kept = inner.trim_end_matches(is_end);
    match kept {
        "" => (!code.is_empty()).then(|| code_span(&code)),
        kept => Some(format!("{open}{}{}", code_span(kept), &inner[kept.len()..])),
    }
}

/// Tells whether a word is one of a language, which no forge takes for a mention, a reference or markup.
fn is_word(word: &str) -> bool {
    // With a full stop behind it, it would begin a list.
    let is_number = !word.is_empty() && word.len() < 6 && word.chars().all(|c| c.is_ascii_digit());
    let word = word.strip_prefix('(').unwrap_or(word).trim_end_matches(is_end);
    let word = word.strip_suffix("'s").unwrap_or(word);
    let is_letters = word.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphabetic()));
    // Letters from `a` to `f` alone may be the name of a commit.
    let is_hex = word.len() > 6 && word.chars().all(|c| c.is_ascii_hexdigit());
    is_number || (is_letters && !is_hex)
}

/// Tells whether a character ends what stands before it.
fn is_end(c: char) -> bool {
    matches!(c, ',' | ';' | ':' | '.' | ')')
}

/// Returns a text as code within HTML.
pub(super) fn html_code(text: &str) -> String {
    format!("<code>{}</code>", html(text))
}

/// Returns a text as text within HTML.
pub(super) fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in printable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '@' => out.push_str("&#64;"),
            '`' => out.push_str("&#96;"),
            '|' => out.push_str("&#124;"),
            c => out.push(c),
        }
    }
    out
}

/// Returns lines as a block of code that is coloured as a diff. None of them can end it.
pub(super) fn diff_block(lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line, '`')).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let body: String = lines.iter().flat_map(|line| [printable(line), "\n".into()]).collect();
    format!("{fence}diff\n{body}{fence}\n")
}

fn longest_run(text: &str, of: char) -> usize {
    text.split(|c| c != of).map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_holds_whatever_it_holds() {
        let spans = ["plain", "a`b", "`a``", " a ", "", "a|b <script> @everyone \u{202e}\u{1b}\n"].map(code_span);
        insta::assert_snapshot!(spans.join("\n"), @r"
        `plain`
        ``a`b``
        ``` `a`` ```
        `  a  `
        `  `
        `a|b <script> @everyone \u{202e}\u{1b}\n`
        ");
    }

    #[test]
    fn a_sentence_is_text_and_all_else_in_it_is_code() {
        let sentences = [
            "the redirect URI `http://a.example/cb` is added (it was not there), with 3 others",
            "a label's text: <b>x</b> @everyone #1 deadbeef1 decade, GH-1 :tada: **b** [l](u) end",
            "`a`, `b` and `c`: odd ` backtick",
            "it is read from IDPCTL_X. (--secrets skip) (see a_b), :::, ...",
            "- + 1. # ~ --- \u{202e}\n> x",
            "",
        ];
        insta::assert_snapshot!(sentences.map(prose).join("\n"), @r"
        the redirect URI `http://a.example/cb` is added (it was not there), with 3 others
        a label's text: `<b>x</b> @everyone #1 deadbeef1` decade, `GH-1 :tada: **b** [l](u`) end
        `a`, `b` and `c`: odd `  backtick `
        it is read from `IDPCTL_X. (--secrets` skip) (see `a_b`),:::, `...`
        `- + 1. # ~ --- \u{202e}\n>` x
        ");
    }

    #[test]
    fn html_shows_what_it_is_given() {
        insta::assert_snapshot!(html_code("<script>&\"'`@x|\u{202e}\n</code>"), @r"<code>&lt;script&gt;&amp;&quot;&#39;&#96;&#64;x&#124;\u{202e}\n&lt;/code&gt;</code>");
    }

    #[test]
    fn no_line_ends_a_block() {
        insta::assert_snapshot!(diff_block(&["- a".to_owned(), "  ````".to_owned(), "+ x\ny".to_owned()]), @r"
        `````diff
        - a
          ````
        + x\ny
        `````
        ");
    }
}
