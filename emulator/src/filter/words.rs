//! The text of a filter, a word at a time.

use crate::answer::Refusal;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Word {
    Open,
    Close,
    Bare(String),
    Quoted(String),
}

pub(super) struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn next(&mut self) -> Result<Option<Word>, Refusal> {
        self.rest = self.rest.trim_start();
        let Some(first) = self.rest.chars().next() else {
            return Ok(None);
        };
        let (word, length) = match first {
            '(' => (Word::Open, 1),
            ')' => (Word::Close, 1),
            '"' => {
                let (text, length) = quoted(self.rest).ok_or_else(|| Refusal::bad_filter("a quotation mark is not closed"))?;
                (Word::Quoted(text), length)
            }
            _ => {
                let end = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"');
                let length = self.rest.find(end).unwrap_or(self.rest.len());
                (Word::Bare(self.rest[..length].to_owned()), length)
            }
        };
        self.rest = &self.rest[length..];
        Ok(Some(word))
    }

    /// Takes the next word if it is this keyword.
    pub(super) fn take(&mut self, keyword: &str) -> Result<bool, Refusal> {
        let before = self.rest;
        let found = matches!(self.next()?, Some(Word::Bare(word)) if word.eq_ignore_ascii_case(keyword));
        if !found {
            self.rest = before;
        }
        Ok(found)
    }
}

fn quoted(text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, at + 1)),
            '\\' => value.push(letters.next()?.1),
            other => value.push(other),
        }
    }
    None
}
