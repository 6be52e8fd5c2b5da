//! A text to the same text without anything that GitLab would carry out.
//!
//! A line of a note that begins with `/merge` is not shown but done, with the rights of whoever posts it. A backslash before the slash is
//! shown as nothing in Markdown, and leaves no action. Two other ways were considered:
//!
//! - Refusing the text: then one line of a stranger's manifest could keep the review from being posted.
//! - Leaving code alone: which lines are code is what GitLab's own versions differ in. Up to 15 it looked for three backticks alone, and carried
//!   out what stood in a block with four, or with tildes. A backslash to be seen in a block of code is the smaller harm, and the reports of
//!   idpctl have no line that begins so.

use std::borrow::Cow;

/// Returns a text as a note that GitLab only shows.
pub fn without_actions(text: &str) -> Cow<'_, str> {
    let inert = text
        .split_inclusive('\n')
        .map(|line| slash(line).map_or(Cow::Borrowed(line), |at| (line[..at].to_owned() + "\\" + &line[at..]).into()));
    let lines: Vec<Cow<'_, str>> = inert.collect();
    if lines.iter().all(|line| matches!(line, Cow::Borrowed(_))) { Cow::Borrowed(text) } else { Cow::Owned(lines.concat()) }
}

/// Returns where the slash is that begins a line. GitLab takes carriage returns out before it looks; other control characters are taken for nothing
/// here as well.
fn slash(line: &str) -> Option<usize> {
    let (at, first) = line.char_indices().find(|(_, c)| *c == '\t' || !c.is_control())?;
    (first == '/').then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_begins_with_a_slash() {
        let text = "/close\ntext /close\n\n/merge\r\n\r/label ~x\n\u{0}/x\n  /indented\n```\n/in code\n```\n````\n/approve\n````\n~~~\n/lgtm\n~~~\n//twice\n\\/done\n/";
        let inert = without_actions(text);
        insta::assert_snapshot!(inert.replace('\r', "<CR>").replace('\0', "<NUL>"), @r"
        \/close
        text /close

        \/merge<CR>
        <CR>\/label ~x
        <NUL>\/x
          /indented
        ```
        \/in code
        ```
        ````
        \/approve
        ````
        ~~~
        \/lgtm
        ~~~
        \//twice
        \/done
        \/
        ");
        assert!(matches!(without_actions(&inert), Cow::Borrowed(_)), "once is enough");
    }

    #[test]
    fn what_holds_no_action_is_not_touched() {
        for text in ["", "a", "a/b\n- /c", "```diff\n  /callback\n+ /callback\n```\n"] {
            assert!(matches!(without_actions(text), Cow::Borrowed(it) if it == text), "{text}");
        }
    }
}
